#!/bin/sh
# A device changes hands: its owner, the tenant DEFAULT, makes a code; the buyer, another tenant, takes it over by the code.
# Takes the controllerId, and the device's token for a last poll at its old address.
set -eu
url=${MUSTER_URL:-http://localhost:8080}
device=$1 token=$2

# graphql USER:PASSWORD OPERATION
graphql() {
  curl --fail-with-body -sS -u "$1" "$url/graphql" -H 'Content-Type: application/json' -d "{\"query\": \"$2\"}"
}

id=$(graphql admin:admin "{ targetByControllerId(controllerId: \\\"$device\\\") { id } }" | grep -o 'Target:[0-9]*')
code=$(graphql admin:admin "mutation { createClaimCode(input: { id: \\\"$id\\\" }) { code } }" |
  grep -o '[0-9A-Z]*\(-[0-9A-Z]\{5\}\)\{5\}')

tenant='name: \"Buyer\", adminUsername: \"admin\", adminPassword: \"a-quiet-secret\"'
graphql admin:admin "mutation { createTenant(input: { $tenant }) { userErrors { message } } }"

claimed='target { controllerId securityToken } userErrors { message }'
graphql 'buyer\admin:a-quiet-secret' "mutation { claimTarget(input: { code: \\\"$code\\\" }) { $claimed } }"

# Nobody has told the device: it goes on at its old address, with its old token.
curl --fail-with-body -sS "$url/DEFAULT/controller/v1/$device" -H "Authorization: TargetToken $token"
