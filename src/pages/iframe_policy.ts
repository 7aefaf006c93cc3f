/**
 * The script in the iframe page, and the policy that allows it to run.
 *
 * @module
 */

/** What the page does, to the byte (protocol, section 2). */
export const iframeScript = `
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  `;

/**
 * The hash of the script in the iframe page, for policies of your own: they allow it
 * with `script-src 'sha256-…'`. It does not depend on any option.
 */
export const iframeScriptHash = "sha256-lYmFXEsqdsgpRcqXPmVFJyV4CiaTNuS5IK/HjT7/fdk=";

/** The page's `Content-Security-Policy`, with the client from that URL. */
export function iframePolicy(sockjsUrl: string): string {
  return [
    "default-src 'none'",
    `script-src '${iframeScriptHash}' ${scriptSource(sockjsUrl)}`,
    "connect-src 'self'",
    // The client's htmlfile transport makes a frame of its own in there.
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A URL as policies have it: without its query, and nothing in it that ends a source. */
function scriptSource(sockjsUrl: string): string {
  // Nobody knows under which origin a path is seen from outside.
  if (!/^(https?:)?\/\//i.test(sockjsUrl)) return "'self'";
  const { origin, host, pathname } = new URL(sockjsUrl, "http://host");
  const path = pathname.replaceAll(";", "%3B").replaceAll(",", "%2C");
  // Without a scheme it is the page's own, here as there.
  return (sockjsUrl.startsWith("//") ? host : origin) + path;
}
