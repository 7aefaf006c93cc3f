/** Finds facts one after another, and prints them as one JSON object. */
"use strict";

const process = require("node:process");

/** How long finding one may take, ms. */
const limit = 60_000;

/** Ends the process. */
function giveUp(error) {
  console.error(error);
  process.exit(1);
}

/** Called with an error that nothing catches. While a fact is looked for, that fact fails. */
let fail = giveUp;
process.on("uncaughtException", (error) => fail(error));

/** Finds one: a value for JSON, or how that failed. */
async function find(fact) {
  let timer;
  const failed = new Promise((_resolve, reject) => {
    fail = (error) => reject(new Error(`not caught: ${error.message}`));
    timer = setTimeout(() => reject(new Error(`nothing came in ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([fact(), failed]) ?? null;
  } catch (error) {
    return { failed: `${error.message ?? error}` };
  } finally {
    clearTimeout(timer);
    fail = giveUp;
  }
}

/** Finds all of them but those in the arguments, by their sentences, and ends the process. */
exports.print = async (facts) => {
  const skipped = process.argv.slice(2);
  const found = {};
  for (const [sentence, fact] of Object.entries(facts)) {
    if (!skipped.includes(sentence)) found[sentence] = await find(fact);
  }
  process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0));
};

/** Makes one fact for each item. */
exports.forEach = (items, factsOf) => Object.assign({}, ...items.map(factsOf));

/** A number that another implementation may halve, or exceed by a quarter. */
exports.about = (number) => ({ about: number });

/** Resolves with the arguments of the next such event. */
exports.next = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
