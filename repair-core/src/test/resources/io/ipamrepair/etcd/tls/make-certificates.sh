#!/bin/sh
# Makes the certificates of the TLS tests again: sh make-certificates.sh
# They are worth nothing: their keys are public, and they only speak for 127.0.0.1, ::1 and localhost.
set -eu
cd "$(dirname "$0")"
days=36500

authority() { # FILE NAME
  openssl req -x509 -newkey rsa:2048 -noenc -sha256 -days $days -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout "$1-key.tmp" -out "$1.pem"
}

signed() { # FILE NAME USE KEY
  openssl req -new -key "$4" -subj "/CN=$2" -out request.tmp
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=%s\n' "$3" > extensions.tmp
  openssl x509 -req -sha256 -days $days -in request.tmp -CA ca.pem -CAkey ca-key.tmp \
    -CAcreateserial -CAserial serial.tmp -extfile extensions.tmp -out "$1.pem"
}

authority ca "ipam-repair test authority"
authority other-ca "another authority"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out server-key.pem
signed server localhost serverAuth,clientAuth server-key.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out client-rsa-pkcs8.pem
openssl rsa -in client-rsa-pkcs8.pem -traditional -out client-rsa-pkcs1.pem
signed client-rsa root clientAuth client-rsa-pkcs8.pem
openssl ecparam -name prime256v1 -genkey -out client-ec-sec1.pem # with an EC PARAMETERS block first
openssl pkcs8 -topk8 -nocrypt -in client-ec-sec1.pem -out client-ec-pkcs8.pem
signed client-ec root clientAuth client-ec-sec1.pem
openssl pkcs8 -topk8 -passout pass:secret -in client-ec-sec1.pem -out client-ec-encrypted.pem
rm -f ./*.tmp
