/**
 * Prints the mistakes in Containerfiles, and in the Kubernetes objects of YAML files; nothing else.
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { validate } from "dockerfile-utils";
import { parseAllDocuments } from "yaml";

let count = 0;

async function checkObject(file, object) {
  const { apiVersion, kind } = object;
  const models = apiVersion.startsWith("gateway.networking.k8s.io/")
    ? "@kubernetes-models/gateway-api"
    : "kubernetes-models";
  const { [kind]: Model } = await import(`${models}/${apiVersion}/${kind}`);
  try {
    new Model(object).validate();
  } catch ({ message }) {
    console.log(`${file}, ${kind}: ${message}`);
  }
}

for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".yaml")) {
    for (const document of parseAllDocuments(text)) {
      for (const { message } of document.errors) console.log(`${file}: ${message}`);
      await checkObject(file, document.toJS());
      count++;
    }
  } else {
    for (const { message, range } of validate(text)) {
      console.log(`${file}, line ${range.start.line + 1}: ${message}`);
    }
    count++;
  }
}
console.log(`${count} checked`);
