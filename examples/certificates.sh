#!/usr/bin/env bash
# Devices that sign in with certificates of your CA, to a server that terminates TLS itself:
#   MUSTER_TLS_CERT=server.pem MUSTER_TLS_KEY=server.key muster serve
# Run it in an empty folder. MUSTER_URL is the server, MUSTER_PASSWORD the password of admin.
set -euo pipefail
url=${MUSTER_URL:-https://localhost:8080} password=${MUSTER_PASSWORD:-admin}

# A CA, and a certificate of a device: its common name is the controllerId.
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 365 -subj /CN=Plant -addext keyUsage=critical,keyCertSign
openssl req -newkey rsa:2048 -nodes -keyout device.key -out device.csr -subj /CN=device-7
openssl x509 -req -in device.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out device.pem

# Muster gets to know the CA.
node -p 'JSON.stringify({variables: {pem: fs.readFileSync("ca.pem", "utf8")}, query: `mutation ($pem: String!) {
  createCertificateAuthority(input: {name: "Plant", certificate: $pem}) { userErrors { message } } }`})' |
  curl -skf -u "admin:$password" "$url/graphql" -H 'Content-Type: application/json' -d @-

# The first poll registers the device. With a certificate that curl trusts, leave -k out.
curl -skf --cert device.pem --key device.key "$url/DEFAULT/controller/v1/device-7"
