/** Makes text fit for training: handles characters that UTF-8 cannot represent. */

/** Replaces lone surrogates and NUL by U+FFFD, because other readers cannot handle them. */
export function portable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}
