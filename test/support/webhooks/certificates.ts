import { randomUUID } from "node:crypto";
import tls from "node:tls";
import { generate } from "selfsigned";

/** The certificate and key of a server, as PEM. */
export type Certificate = { readonly cert: string; readonly key: string };

export type Certificates = {
  /** Certificate of the authority that clients must trust, as PEM. */
  readonly authority: string;
  readonly valid: Certificate;
  readonly expired: Certificate;
  readonly wrongHost: Certificate;
  readonly selfSigned: Certificate;
};

const day = 86_400_000;

/** Creates an authority, and certificates for `localhost`, 127.0.0.1 and ::1: a valid one, and each other with one defect. */
export async function createCertificates(): Promise<Certificates> {
  // The name is unique: authorities with the same name would be confused.
  const ca = await createCertificate(`Test authority ${randomUUID()}`, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]);
  const names = altNames("localhost");
  return {
    authority: ca.cert,
    valid: await createCertificate("localhost", names, { ca }),
    expired: await createCertificate("localhost", names, { ca, notAfterDate: new Date(Date.now() - day) }),
    wrongHost: await createCertificate("other.example", altNames("other.example"), { ca }),
    selfSigned: await createCertificate("localhost", names),
  };
}

/** Makes this process trust an authority in addition to the default ones. */
export function trustAuthority(authority: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), authority]);
}

type GenerateOptions = NonNullable<Parameters<typeof generate>[1]>;

async function createCertificate(
  name: string,
  extensions: GenerateOptions["extensions"],
  over: GenerateOptions = {},
): Promise<Certificate> {
  const generated = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 2 * day),
    ...(extensions === undefined ? {} : { extensions }),
    ...over,
  });
  return { cert: generated.cert, key: generated.private };
}

function altNames(host: string): NonNullable<GenerateOptions["extensions"]> {
  const addresses = host === "localhost" ? ["127.0.0.1", "::1"] : [];
  return [
    {
      name: "subjectAltName",
      altNames: [{ type: 2, value: host }, ...addresses.map((ip) => ({ type: 7 as const, ip }))],
    },
  ];
}
