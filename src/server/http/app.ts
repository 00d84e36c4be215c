/** The base of every HTTP server here: errors of its routes become problem documents. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { InputError } from "../../core/errors.ts";
import { problemOf } from "./problems.ts";

export interface HttpEnv {
  Bindings: HttpBindings;
}
export type HttpApp = Hono<HttpEnv>;
export type HttpContext = Context<HttpEnv>;
export type HttpMiddleware = MiddlewareHandler<HttpEnv>;

/** @param onError Gets errors that the caller did not cause. */
export function httpApp(onError: (error: Error) => void): HttpApp {
  const app: HttpApp = new Hono();
  app.notFound(({ req }) => {
    throw new InputError("NOT_FOUND", `Expected a path that is served here, got ${req.path}.`);
  });
  app.onError((error, { res }) => {
    const problem = problemOf(error, onError);
    // Headers that were set before the error, such as `allow`, belong in the response.
    for (const [name, value] of res.headers) {
      if (name !== "content-type") problem.headers.set(name, value);
    }
    return problem;
  });
  return app;
}

/** Refuses other methods of a path; must be registered after the supported methods. */
export function onlyMethod(method: string): HttpMiddleware {
  return (context) => {
    context.header("allow", method);
    throw new InputError("METHOD_NOT_ALLOWED", `Expected ${method}, got ${context.req.method}.`);
  };
}
