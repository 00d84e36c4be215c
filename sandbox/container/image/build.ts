/**
 * Builds the sandbox image without any registry: the contents are streamed to the engine as a tar
 * archive and imported. A label stores a digest of the contents, so that building the same image
 * again does nothing.
 */
import type Docker from "dockerode";
import { digestJson } from "../../../src/core/digest.ts";
import { SandboxUnavailableError } from "../../../src/core/errors.ts";
import { tarOf } from "./archive.ts";
import { imageContents } from "./contents.ts";

/** The container driver's default image. */
export const SANDBOX_IMAGE = "toolwright-sandbox:latest";
const IMAGE_DIGEST_LABEL = "toolwright.image-digest";

export interface BuiltImage {
  readonly name: string;
  readonly id: string;
  readonly digest: string;
  /** False if the engine already had it. */
  readonly built: boolean;
  readonly bytes: number;
}

/**
 * @throws ConfigError IMAGE_PART_MISSING if this machine has no Python or no shell.
 * @throws SandboxUnavailableError if the engine rejects the import.
 */
export async function buildSandboxImage({
  engine,
  name = SANDBOX_IMAGE,
}: {
  readonly engine: Docker;
  readonly name?: string;
}): Promise<BuiltImage> {
  const contents = imageContents();
  const digest = digestJson(contents.map((entry) => ({ ...entry })));
  const before = await inspectImage(engine, name);
  if (before?.digest === digest) {
    return { name, id: before.id, digest, built: false, bytes: before.bytes };
  }
  const [repository, tag] = splitName(name);
  const archive = tarOf(contents);
  // The client does not handle errors of the stream that it sends.
  const failed = new AbortController();
  archive.once("error", (error) => failed.abort(error));
  const options = {
    repo: repository,
    tag,
    abortSignal: failed.signal,
    changes: [
      `LABEL ${IMAGE_DIGEST_LABEL}=${digest}`,
      "ENV PATH=/usr/local/bin:/usr/bin:/bin",
      "WORKDIR /tmp",
      "USER 65534:65534",
    ],
  };
  const stream = await engine.importImage(archive, options).catch((error: unknown) => {
    throw archive.errored ?? error;
  });
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(stream, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
  const after = await inspectImage(engine, name);
  if (after?.digest !== digest) {
    throw new SandboxUnavailableError(
      `Expected the engine to store the imported image "${name}", but it did not. Check its log and its free disk space.`,
      { facts: { image: name } },
    );
  }
  // The tag has moved: the image that it named before was built here and is not needed any more.
  if (before?.digest !== undefined)
    await engine
      .getImage(before.id)
      .remove()
      .catch(() => undefined);
  return { name, id: after.id, digest, built: true, bytes: after.bytes };
}

/** The engine's data about an image; undefined if it has no image with that name. */
export async function inspectImage(
  engine: Docker,
  name: string,
): Promise<
  { readonly id: string; readonly digest: string | undefined; readonly bytes: number } | undefined
> {
  try {
    const facts = await engine.getImage(name).inspect();
    return { id: facts.Id, digest: facts.Config?.Labels?.[IMAGE_DIGEST_LABEL], bytes: facts.Size };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function splitName(name: string): readonly [string, string] {
  const colon = name.lastIndexOf(":");
  if (colon === -1 || name.includes("/", colon)) return [name, "latest"];
  return [name.slice(0, colon), name.slice(colon + 1)];
}
