<?php

const TOLERANCE_SECONDS = 5 * 60;

/** Throws unless the request is signed with the secret and at most 5 minutes old. Header names are in lower case. */
function verify(array $headers, string $body, string $secret, int $now): void
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if (preg_match('/^\d{1,12}$/D', $timestamp) !== 1 || abs($now - (int) $timestamp) > TOLERANCE_SECONDS) {
        throw new RuntimeException('The timestamp is more than 5 minutes off.');
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false || $key === '') {
        throw new RuntimeException('The secret is empty, or not in base64.');
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // There is one signature for each secret while a secret is rotated.
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
        if (hash_equals($expected, $signature)) {
            return;
        }
    }
    throw new RuntimeException('No signature matches.');
}
