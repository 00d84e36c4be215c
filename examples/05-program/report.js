/**
 * A program over tools: it runs in the sandbox, and each stored tool is an async function there.
 *
 *   npm run -s toolwright -- tools add examples/05-program/net-price.spec.yaml
 *   npm run -s toolwright -- run examples/05-program/report.js --input '[[1000, 2, 10], [250, 4, 0]]'
 *
 * The first command registers the tool; its cases and held-out cases decide. The second one prints
 * the lines and their sum, 2800. Each call stands in the trace.
 */
const lines = await Promise.all(
  input.map(async ([cents, count, discount]) => ({
    cents,
    count,
    net: await tools.net_price({ cents, count, discount }),
  })),
);
({ lines, total: lines.reduce((sum, { net }) => sum + net, 0) });
