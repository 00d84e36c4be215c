/** A refusal by the protocol in its own form: a JSON-RPC error without a request id. */
export function refusal(status: number, message: string, code = -32_000): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
