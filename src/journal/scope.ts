/**
 * The position of the workflow: in the body of which step it is, and whether any work is running.
 *
 * Keys are counted per scope: a body that does not run again, because its result is recorded, does not
 * change the keys of later steps. The scope is stored in the async context, so code in a body does not
 * need to pass it.
 */
import { AsyncLocalStorage } from "node:async_hooks";

interface Scope {
  readonly path: string;
  readonly counts: Map<string, number>;
  readonly children: Set<Scope>;
  waits: number;
}

export interface Scopes {
  /** `name#occurrence` under the enclosing step, e.g. `create-tool#1/model:plan#2`. */
  key(name: string, kind: string): string;
  /** Runs a body in a new scope, which counts as running until the body ends. */
  within<T>(key: string, body: () => Promise<T>): Promise<T>;
  /** Marks a wait in the current scope, until the returned function is called. */
  waiting(): () => void;
  /** Whether everything is waiting. A body that contains a wait or a step does not count as running. */
  isIdle(): boolean;
}

/** @param onQuiet Called when work ends or starts to wait. */
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
