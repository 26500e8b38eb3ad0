// For Node versions that cannot read HTTPS_PROXY (before 22.21 and 24.5): leads the issuer's and the API's names
// to the emulator. Loaded by NODE_OPTIONS=--require. Only the address changes: TLS still checks the name.
"use strict";
const net = require("node:net");

// Without an endpoint (a shell that took it back) nothing is led anywhere.
const emulatorPort = Number((process.env.AWS_ENDPOINT_URL || "").split(":").pop()) || undefined;
const ownNames = (process.env.JOBPASS_LOCAL_NAMES || "").split(",").filter(Boolean);

function leadsToEmulator(host, port) {
  if (port === emulatorPort) return /^([a-z0-9-]+\.)*localhost$/.test(host);
  return port === 443 && (/^[a-z0-9-]+\.cloudfront\.net$/.test(host) || ownNames.includes(host));
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  // Node itself passes its normalized arguments as one array: options, then callback.
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options && typeof options === "object" && options.host) {
    if (leadsToEmulator(String(options.host).toLowerCase(), Number(options.port))) {
      const led = { ...options, host: "127.0.0.1", port: emulatorPort };
      if (Array.isArray(given[0])) given[0][0] = led;
      else given[0] = led;
    }
  }
  return connect.apply(this, given);
};
