/**
 * A key that is not secret, and its certificate for localhost and 127.0.0.1, valid from 2020 to
 * 2120. Made with OpenSSL: `req -new`, and `ca -selfsign` with `CA:FALSE`.
 *
 * @module
 */

/** As servers of `node:https` and `node:http2` take it. */
export const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsaQ3i2Kyx6ezbJkO
hAeBP1NKWQN8Sve/v5ixdLcx8+KhRANCAATrtre6G03Zo7BKruZSrvvgIiwmu7Wy
vdu7mOpMljNCBFiG95w45OBjwxNQ5a0H8T773dv0md/Gn0xtI2xTZQwm
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZTCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOu2t7obTdmjsEqu
5lKu++AiLCa7tbK927uY6kyWM0IEWIb3nDjk4GPDE1DlrQfxPvvd2/SZ38afTG0j
bFNlDCajSzBJMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAMBgNVHRMBAf8E
AjAAMB0GA1UdDgQWBBTsb1+bNAOkgYvt6ROxCs9S0B3/iDAKBggqhkjOPQQDAgNJ
ADBGAiEAnhbTRUO3xVoI0WCNPUQfR7xRLzn6Z/Gg9XMd8Vgc9P4CIQCwW5tro59G
tGpfb73KYOtyCBPUlvnXqSFav88/VK8l7Q==
-----END CERTIFICATE-----
`,
};
