/** Which layers round a host process hold on this machine, each found out by trying it. */
import { confinement, type Layer } from "./confinement.ts";

export async function confinementReport(): Promise<Layer[]> {
  return [...(await confinement()).layers];
}
