/** What the protocol itself refuses, in its own form: a JSON-RPC error that answers no request. */
export function refusal(status: number, message: string, code = -32_000): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
