/** An engine is said to answer only after it was asked, over whatever it is reached by. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as plainServer, type RequestListener, type Server } from "node:http";
import { createServer as tlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findEngine } from "../../sandbox/container/address.ts";
import { connectEngine } from "../../sandbox/container/engine.ts";

const folder = mkdtempSync(join(tmpdir(), "toolwright-address-"));
const servers: Server[] = [];
const asked: (string | undefined)[] = [];

const answer: RequestListener = ({ url }, reply) => {
  asked.push(url);
  reply.setHeader("content-type", "application/json");
  reply.end(url === "/_ping" ? "OK" : JSON.stringify({ Version: "fake" }));
};

async function listen(server: Server, at: string | { host: string; port: number }) {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return (server.address() as AddressInfo).port;
}

/** OpenSSL writes a certificate of this address; without it there is nothing to connect to. */
function certified(): boolean {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const kind = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  try {
    execFileSync("openssl", [...kind, ...names, ...files], { stdio: "ignore" });
    execFileSync("cp", [join(folder, "cert.pem"), join(folder, "ca.pem")]);
    return true;
  } catch {
    return false;
  }
}
const withTls = certified();

beforeAll(() => {
  for (const name of ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("DOCKER_CONFIG", folder);
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  asked.length = 0;
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("an engine is found and used", () => {
  const version = async (): Promise<unknown> => (await connectEngine()).version();

  test("at an IPv6 address", async () => {
    const port = await listen(plainServer(answer), { host: "::1", port: 0 });
    vi.stubEnv("DOCKER_HOST", `tcp://[::1]:${port}`);
    expect(await version()).toEqual({ Version: "fake" });
    expect(asked).toEqual(["/_ping", "/version"]);
  });

  test("at a rootless socket whose path has spaces", async () => {
    const path = join(folder, "docker.sock");
    await listen(plainServer(answer), path);
    vi.stubEnv("DOCKER_HOST", undefined);
    vi.stubEnv("XDG_RUNTIME_DIR", folder);
    const found = await findEngine();
    // A machine with an engine of its own answers first.
    if (found.address.includes(folder)) expect(await version()).toEqual({ Version: "fake" });
    expect((await findEngine(`unix://${path}`)).failure).toBeUndefined();
  });

  test("at the address that is asked for, whatever DOCKER_HOST says", async () => {
    const path = join(folder, "other.sock");
    await listen(plainServer(answer), path);
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:9");
    const engine = await connectEngine(`unix://${path}`);
    expect(await engine.version()).toEqual({ Version: "fake" });
  });

  test.skipIf(!withTls)(
    `over TLS with Docker's variables${withTls ? "" : " (skipped: no openssl)"}`,
    async () => {
      const own = {
        key: readFileSync(join(folder, "key.pem")),
        cert: readFileSync(join(folder, "cert.pem")),
      };
      const port = await listen(tlsServer(own, answer), { host: "127.0.0.1", port: 0 });
      vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${port}`);
      vi.stubEnv("DOCKER_TLS_VERIFY", "1");
      vi.stubEnv("DOCKER_CERT_PATH", folder);
      expect(await version()).toEqual({ Version: "fake" });
      vi.stubEnv("DOCKER_TLS_VERIFY", undefined);
      vi.stubEnv("DOCKER_CERT_PATH", undefined);
      expect((await findEngine(`https://127.0.0.1:${port}`)).failure).toMatch(/self-signed/);
      expect((await findEngine()).failure).toBeTruthy();
    },
  );
});

describe("no engine answers", () => {
  test.each(["https://127.0.0.1:9", "tcp://[::1]:9", "tcp://localhost:9"])(
    "at %s",
    async (address) => {
      expect((await findEngine(address)).failure).toMatch(/ECONNREFUSED|EADDRNOTAVAIL/);
    },
  );

  test("where a context names a host that cannot be reached: the place is named", async () => {
    vi.stubEnv("DOCKER_HOST", undefined);
    vi.stubEnv("DOCKER_CONTEXT", "gone");
    await expect(connectEngine()).rejects.toMatchObject({
      code: "SANDBOX_UNAVAILABLE",
      message: expect.stringContaining("context gone"),
    });
    vi.stubEnv("DOCKER_CONTEXT", undefined);
  });
});
