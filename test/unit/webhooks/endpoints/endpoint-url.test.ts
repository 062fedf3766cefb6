import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockedPorts } from "#shared/webhooks/addresses/blocked.ts";
import { type EndpointUrlRules, parseEndpointUrl } from "#shared/webhooks/endpoints/endpoint-url.ts";
import { catchError } from "#test/support/catch-error.ts";

const deployed: EndpointUrlRules = { ownHosts: ["api.example.com", "other.example.com:8443"], allowLoopback: false };
const local: EndpointUrlRules = { ownHosts: ["127.0.0.1:3000"], allowLoopback: true };

const parse = (text: string) => parseEndpointUrl(text, deployed);
const label = (length: number) => "a".repeat(length);

describe("parseEndpointUrl", () => {
  it.each([
    ["https://hooks.example.org/in", "https://hooks.example.org/in"],
    ["https://hooks.example.org", "https://hooks.example.org/"],
    ["https://hooks.example.org?a=b", "https://hooks.example.org/?a=b"],
    ["HTTPS://Hooks.Example.ORG/In", "https://hooks.example.org/In"],
    ["https://hooks.example.org:443/in", "https://hooks.example.org/in"],
    ["https://hooks.example.org:8443/in", "https://hooks.example.org:8443/in"],
    ["https://hooks.example.org:/in", "https://hooks.example.org/in"],
    ["https://hooks.example.org:65535/", "https://hooks.example.org:65535/"],
    ["https://hooks.example.org./in", "https://hooks.example.org/in"],
    ["https://hooks.example.org.:8443/in", "https://hooks.example.org:8443/in"],
    ["https://hooks.example.org/a/../b", "https://hooks.example.org/b"],
    ["https://hooks.example.org/a@b?c=d@e", "https://hooks.example.org/a@b?c=d@e"],
    ["https://hooks.example.org/käse", "https://hooks.example.org/k%C3%A4se"],
    ["https://xn--mnchen-3ya.example/in", "https://xn--mnchen-3ya.example/in"],
    ["https://under_score.example.org/", "https://under_score.example.org/"],
    [`https://${label(63)}.example/`, `https://${label(63)}.example/`],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://8.8.8.8./", "https://8.8.8.8/"],
    ["https://[2606:4700:4700::1111]:8443/", "https://[2606:4700:4700::1111]:8443/"],
    ["https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"],
    ["https://[::FFFF:8.8.8.8]/", "https://[::ffff:808:808]/"],
    // Resolved addresses are checked at connect time.
    ["https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"],
    ["https://notlocalhost.example/", "https://notlocalhost.example/"],
  ])("accepts and normalises %s", (text, url) => expect(parse(text)).toBe(url));

  it.each<[string, RegExp, string[]]>([
    [
      "is not https",
      /begin with https/,
      ["http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd"],
    ],
    [
      "is not a URL",
      /begin with https/,
      ["", "hooks.example.org", "/in", "https:", "https://", "https:///in", "https://?a"],
    ],
    ["lacks slashes", /begin with https/, ["https:hooks.example.org/", "https:/hooks.example.org/", "javascript:1"]],
    [
      "contains credentials",
      /user name or password: send credentials by headers, as Authorization\.$/,
      ["https://a@hooks.example.org/", "https://a:b@hooks.example.org/", "https://@hooks.example.org/", "http://a@b"],
    ],
    [
      "contains a fragment",
      /fragment/,
      ["https://hooks.example.org/#a", "https://hooks.example.org/#", "https://a.b#@c.d/"],
    ],
    [
      "contains characters that some parsers drop or replace",
      /white space/,
      [
        "https://hooks.example.org\\@10.0.0.1/",
        "https:\\\\hooks.example.org/",
        "https://hooks.example.org/a\\b",
        " https://hooks.example.org/",
        "https://hooks.example.org/ ",
        "https://hooks.\texample.org/",
        "https://hooks.example.org/\n",
        "https://hooks.example.org/\r\nHost: a",
        "https://hooks.example.org/\0",
        "https://hooks.example.org/\u00a0",
        "https://ho\u00adoks.example.org/",
        "https://ho\u200boks.example.org/",
        "https://hooks.example.org/\u202egro",
        "https://hooks.example.org/\ud800",
      ],
    ],
    [
      "has a host in an unusual spelling",
      /spelt as hooks\.example\.org/,
      [
        "https://hooks%2eexample.org/",
        "https://h%6foks.example.org/",
        "https://ｈooks.example.org/",
        "https://hooks。example.org/",
      ],
    ],
    [
      "has an international host",
      /spelt as xn--mnchen-3ya\.example/,
      ["https://münchen.example/", "https://MÜNCHEN.example/"],
    ],
    ["has a homograph", /spelt as xn--pple-43d\.com/, ["https://\u0430pple.com/"]],
    [
      "spells a public address oddly",
      /spelt as 8\.8\.8\.8/,
      ["https://0x8.8.8.8/", "https://134744072/", "https://⑧.⑧.⑧.⑧/"],
    ],
    [
      "has no valid host or port",
      /no valid host/,
      [
        "https://hooks.example.org:65536/",
        "https://hooks.example.org:-1/",
        "https://hooks.example.org:80a/",
        "https://256.256.256.256/",
        "https://1.2.3.4.5/",
        "https://[::1%25lo]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://[::g]/",
        "https://exa<mple.org/",
        "https://hooks%00.example.org/",
      ],
    ],
    [
      "uses a port of another protocol",
      /another protocol/,
      [
        "https://hooks.example.org:0/",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:25/",
        "https://8.8.8.8:6667/",
      ],
    ],
    [
      "has a host that is not a valid DNS name",
      /public DNS hostname/,
      [
        `https://${label(64)}.example/`,
        `https://${[label(63), label(63), label(63), label(63)].join(".")}.example/`,
        "https://a..example/",
        "https://.example.org/",
        "https://example.org../",
        "https://a*b.example/",
        "https://a,b.example/",
      ],
    ],
    [
      "has a host of a private network",
      /public Internet/,
      [
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/computeMetadata/v1/",
        "https://metadata.google.internal./",
        "https://ip-10-0-0-1.ec2.internal/",
        "https://router.home.arpa/",
        "https://instance-data/",
        "https://intranet/",
        "https://com/",
      ],
    ],
    [
      "has an address that is not public, in any spelling",
      /address that is not public/,
      [
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://①②⑦.⓪.⓪.①/",
        "https://１２７.０.０.１/",
        "https://127。0。0。1/",
        "https://%31%32%37.0.0.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/",
        "https://0xa9fea9fe/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[1::1]/",
        "https://[::7f00:1]/",
        "https://[::5efe:7f00:1]/",
        "https://[3fff::1]/",
        "https://[5f00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
      ],
    ],
    [
      "points to this API",
      /back to this API/,
      [
        "https://api.example.com/",
        "https://API.example.com:443/",
        "https://api.example.com:8443/",
        "https://api.example.com./",
        "https://other.example.com:8443/",
      ],
    ],
    ["is too long", /2048 characters/, [`https://a.example/${label(2048)}`, `https://a.example/${"ä".repeat(400)}`]],
  ])("throws when the URL %s", (_name, expected, texts) => {
    for (const text of texts) {
      const error = catchError(() => parse(text));
      expect([text, error.code, error.context.field]).toEqual([text, "invalid_value", "url"]);
      expect([text, error.message]).toEqual([text, expect.stringMatching(expected)]);
    }
  });

  it("accepts a URL of 2,048 characters", () => {
    const text = `https://a.example/${label(2048 - 18)}`;
    expect(parse(text)).toBe(text);
  });

  it("accepts another port of a host that serves this API on one port only", () => {
    expect(parse("https://other.example.com/")).toBe("https://other.example.com/");
  });

  it("(property) returns its own result unchanged, or throws", () => {
    const part = fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.string(),
      fc.constantFrom("https://", "a.b", ":8443"),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const text = parts.join("");
        try {
          expect(parse(parse(text))).toBe(parse(text));
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_value", context: { field: "url" } });
        }
      }),
    );
  });
});

describe("parseEndpointUrl in the local runtime", () => {
  it.each([
    "http://127.0.0.1:8080/in",
    "http://localhost:8080/",
    "http://[::1]:8080/",
    "https://localhost:8443/",
    "https://hooks.example.org/in",
    "http://127.0.0.1:9001/",
  ])("accepts %s", (url) => expect(parseEndpointUrl(url, local)).toBe(url));

  it.each([
    ["http://hooks.example.org/", /https/],
    ["http://10.0.0.1:8080/", /https/],
    ["http://a.localhost:8080/", /https/],
    ["https://10.0.0.1/", /not public/],
    ["https://a.localhost/", /public Internet/],
    ["http://127.0.0.1:22/", /another protocol/],
    ["http://0.0.0.0:8080/", /https/],
    ["http://[::ffff:127.0.0.1]:8080/", /https/],
    ["http://127.1:8080/", /spelt as 127\.0\.0\.1/],
    ["http://127.0.0.1:3000/", /this API/],
    ["http://localhost:3000/", /this API/],
    ["http://[::1]:3000/", /this API/],
    ["http://127.0.0.2:3000/", /this API/],
  ])("rejects %s", (url, expected) => {
    expect(catchError(() => parseEndpointUrl(url, local)).message).toMatch(expected);
  });

  it.each([
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "https://127.0.0.1:9001/",
    "http://localhost:9001/",
  ])("rejects %s in a deployed stack, where it is the runtime API of the function", (url) =>
    expect(catchError(() => parse(url)).code).toBe("invalid_value"),
  );
});

describe("blockedPorts", () => {
  it("contains only ports that fetch refuses", async () => {
    // The standard added port 0 later; the list of Node lacks it.
    const known = [...blockedPorts].filter((port) => port !== 0);
    const reasons = known.map((port) =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => "answered",
        (error: Error) => error.cause,
      ),
    );
    for (const reason of await Promise.all(reasons)) expect(reason).toMatchObject({ message: "bad port" });
  });
});
