import { randomUUID } from "node:crypto";
import tls from "node:tls";
import { generate } from "selfsigned";

/** A server's certificate and key, as PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

export type Certificates = {
  /** What has to be trusted, as PEM. */
  readonly authority: string;
  readonly valid: Certificate;
  readonly expired: Certificate;
  readonly wrongHost: Certificate;
  readonly selfSigned: Certificate;
};

const day = 86_400_000;

/** A new authority, and certificates for `localhost`, 127.0.0.1 and ::1 that are good, or bad in one way each. */
export async function createCertificates(): Promise<Certificates> {
  // Of a name of its own: two authorities of one name would be mistaken for each other.
  const ca = await make(`Test authority ${randomUUID()}`, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]);
  const names = altNames("localhost");
  return {
    authority: ca.cert,
    valid: await make("localhost", names, { ca }),
    expired: await make("localhost", names, { ca, notAfterDate: new Date(Date.now() - day) }),
    wrongHost: await make("other.example", altNames("other.example"), { ca }),
    selfSigned: await make("localhost", names),
  };
}

/** Makes this process trust an authority, beside those that it trusts already. */
export function trustAuthority(authority: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), authority]);
}

type Options = NonNullable<Parameters<typeof generate>[1]>;

async function make(name: string, extensions: Options["extensions"], over: Options = {}): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 2 * day),
    ...(extensions === undefined ? {} : { extensions }),
    ...over,
  });
  return { cert: made.cert, key: made.private };
}

function altNames(host: string): NonNullable<Options["extensions"]> {
  const addresses = host === "localhost" ? ["127.0.0.1", "::1"] : [];
  return [
    {
      name: "subjectAltName",
      altNames: [{ type: 2, value: host }, ...addresses.map((ip) => ({ type: 7 as const, ip }))],
    },
  ];
}
