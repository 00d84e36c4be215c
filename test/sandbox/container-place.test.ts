import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Environment, enginePlaces, placeOf } from "../../sandbox/container/place.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "toolwright-place-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: unknown): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

function addContext(name: string, endpoint: unknown, certificates: readonly string[] = []): void {
  const id = createHash("sha256").update(name).digest("hex");
  write(`.docker/contexts/meta/${id}/meta.json`, { Name: name, Endpoints: { docker: endpoint } });
  for (const file of certificates) write(`.docker/contexts/tls/${id}/docker/${file}`, file);
}

const first = (environment: Environment = {}) => enginePlaces(environment, home)[0];

describe("an address names", () => {
  test.each([
    ["unix:///run/a b.sock", { socketPath: "/run/a b.sock" }],
    ["/run/x.sock", { socketPath: "/run/x.sock" }],
    ["npipe:////./pipe/docker_engine", { socketPath: "//./pipe/docker_engine" }],
    ["tcp://10.0.0.1:4243", { host: "10.0.0.1", port: 4243 }],
    ["tcp://engine", { host: "engine", port: 2375 }],
    ["http://engine:80", { host: "engine", port: 80 }],
    ["engine:2375", { host: "engine", port: 2375 }],
    ["tcp://[::1]:99/", { host: "::1", port: 99 }],
    ["tcp://[fe80::1]", { host: "fe80::1", port: 2375 }],
    ["https://engine", { host: "engine", port: 2376 }],
  ])("%s", (address, to) => {
    expect(placeOf(address)).toMatchObject({ address, to });
  });

  test.each([
    "not an address",
    "nonsense",
    "",
    "tcp://",
    "tcp://a b",
    "ftp://x",
    "tcp://h:99999",
    "unix://",
  ])("nothing: %j", (address) => {
    expect(() => placeOf(address)).toThrow("unix:///path");
  });

  test("a host behind ssh, which is refused with a way around", () => {
    expect(() => placeOf("ssh://me@engine")).toThrow("DOCKER_HOST=unix:///tmp/engine.sock");
  });
});

describe("the engine is expected", () => {
  test("at DOCKER_HOST before any context", () => {
    addContext("other", { Host: "tcp://other:1" });
    const place = first({ DOCKER_HOST: "tcp://mine:2", DOCKER_CONTEXT: "other" });
    expect(place).toEqual({ address: "tcp://mine:2", to: { host: "mine", port: 2 } });
  });

  test("with TLS where Docker's variables say so, checked with the given certificates", () => {
    for (const name of ["ca.pem", "cert.pem", "key.pem"]) write(`certs/${name}`, name);
    const secure = { DOCKER_HOST: "tcp://mine", DOCKER_CERT_PATH: join(home, "certs") };
    const keys = { ca: "ca.pem", cert: "cert.pem", key: "key.pem" };
    expect(first({ ...secure, DOCKER_TLS_VERIFY: "1" })).toMatchObject({
      to: { port: 2376 },
      tls: { ...keys, rejectUnauthorized: true },
    });
    expect(first(secure)).toMatchObject({ tls: { ...keys, rejectUnauthorized: false } });
    expect(first({ ...secure, DOCKER_HOST: "unix:///x.sock" })?.tls).toBeUndefined();
  });

  test("nowhere while the certificates that were named cannot be read", () => {
    const secure = { DOCKER_HOST: "tcp://mine", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/nope" };
    expect(() => first(secure)).toThrow("Correct DOCKER_CERT_PATH");
  });

  test("where the current context says, with its own certificates", () => {
    addContext("far", { Host: "tcp://far:1234" }, ["ca.pem", "cert.pem", "key.pem"]);
    write(".docker/config.json", { auths: {}, currentContext: "far" });
    expect(first()).toMatchObject({
      address: "tcp://far:1234 (context far)",
      to: { host: "far", port: 1234 },
      tls: { ca: "ca.pem", cert: "cert.pem", key: "key.pem", rejectUnauthorized: true },
    });
  });

  test("where DOCKER_CONTEXT says, before the current one", () => {
    addContext("far", { Host: "tcp://far:1234" });
    addContext("near", { Host: "unix:///near.sock", SkipTLSVerify: false });
    write(".docker/config.json", { currentContext: "far" });
    expect(first({ DOCKER_CONTEXT: "near" })).toMatchObject({ to: { socketPath: "/near.sock" } });
    expect(() => first({ DOCKER_CONTEXT: "gone" })).toThrow("no such context");
  });

  test("below DOCKER_CONFIG, where that is set", () => {
    write(".docker/config.json", { currentContext: "far" });
    mkdirSync(join(home, "other"));
    expect(first({ DOCKER_CONFIG: join(home, "other") })?.address).toMatch(/\.sock$/);
  });

  test.each(["{", "[]", '{"currentContext": 5}'])(
    "nowhere while Docker's configuration is broken: %s",
    (text) => {
      write(".docker/config.json", text);
      expect(() => first()).toThrow(/config\.json cannot be read: .*set DOCKER_HOST/);
    },
  );

  test("at each usual socket that exists, the machine's own first", () => {
    write("run/docker.sock", "");
    write("run/podman/podman.sock", "");
    const places = enginePlaces({ XDG_RUNTIME_DIR: join(home, "run") }, home);
    const below = places.filter(({ address }) => address.includes(home));
    expect(below.map(({ to }) => to)).toEqual([
      { socketPath: join(home, "run/docker.sock") },
      { socketPath: join(home, "run/podman/podman.sock") },
    ]);
  });
});
