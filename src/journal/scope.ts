/**
 * Where the workflow is: inside the body of which step, and whether anything is under way.
 *
 * Keys count per scope: a body that is not run again, since its result is recorded, shifts no key
 * of what comes after it. Async context tells the scope, so that code in the body need not.
 */
import { AsyncLocalStorage } from "node:async_hooks";

interface Scope {
  readonly path: string;
  readonly counts: Map<string, number>;
  readonly children: Set<Scope>;
  waits: number;
}

export interface Scopes {
  /** `name#occurrence` under the step around it, e.g. `create-tool#1/model:plan#2`. */
  key(name: string, kind: string): string;
  /** Runs a body as a scope of its own. It is under way until it ends. */
  within<T>(key: string, body: () => Promise<T>): Promise<T>;
  /** A wait in the current scope, until the function it gives is called. */
  waiting(): () => void;
  /** Whether all that is left is waiting. A body with a wait or a step in it is that, not busy. */
  isIdle(): boolean;
}

/** @param onQuiet Called when something ended or began to wait. */
export function createScopes(onQuiet: () => void): Scopes {
  const storage = new AsyncLocalStorage<Scope>();
  const root = scopeAt("");
  const current = (): Scope => storage.getStore() ?? root;

  return {
    key(name, kind) {
      const scope = current();
      const counted = `${kind} ${name}`;
      const occurrence = (scope.counts.get(counted) ?? 0) + 1;
      scope.counts.set(counted, occurrence);
      const plain = name.replace(/[%/#]/g, (sign) => encodeURIComponent(sign));
      return `${scope.path}${plain}#${occurrence}`;
    },
    async within(key, body) {
      const parent = current();
      const scope = scopeAt(`${key}/`);
      parent.children.add(scope);
      try {
        return await storage.run(scope, body);
      } finally {
        parent.children.delete(scope);
        onQuiet();
      }
    },
    waiting() {
      const scope = current();
      scope.waits++;
      onQuiet();
      return () => void scope.waits--;
    },
    isIdle: () => isIdle(root),
  };
}

function scopeAt(path: string): Scope {
  return { path, counts: new Map(), children: new Set(), waits: 0 };
}

function isIdle({ children, waits }: Scope): boolean {
  for (const child of children) if (!isIdle(child)) return false;
  return waits > 0 || children.size > 0;
}
