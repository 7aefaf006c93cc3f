/**
 * The script in the iframe page, and the policy that allows it to run.
 *
 * @module
 */

/** The page's script, byte for byte (protocol, section 2). */
export const iframeScript = `
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  `;

/**
 * The hash of the script in the iframe page, for policies of your own: they allow it
 * with `script-src 'sha256-…'`. It does not depend on any option.
 */
export const iframeScriptHash = "sha256-lYmFXEsqdsgpRcqXPmVFJyV4CiaTNuS5IK/HjT7/fdk=";

/** The page's `Content-Security-Policy`, for a client from that URL. */
export function iframePolicy(sockjsUrl: string): string {
  return [
    "default-src 'none'",
    `script-src '${iframeScriptHash}' ${scriptSource(sockjsUrl)}`,
    "connect-src 'self'",
    // The client's htmlfile transport makes another frame in the page.
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A URL as a policy's source: without the query and the characters that would end the source. */
function scriptSource(sockjsUrl: string): string {
  // For a path, the origin that browsers see is unknown.
  if (!/^(https?:)?\/\//i.test(sockjsUrl)) return "'self'";
  const { origin, host, pathname } = new URL(sockjsUrl, "http://host");
  const path = pathname.replaceAll(";", "%3B").replaceAll(",", "%2C");
  // Without a scheme, the page's own scheme applies, in a policy as in a URL.
  return (sockjsUrl.startsWith("//") ? host : origin) + path;
}
