/**
 * The Python programs of the guests: one calls a program on inputs, one runs a session's cells. Both
 * read frames from descriptor 0 and answer on 3; printed output goes to 1 and 2 and is not an answer.
 * They are text because Python is not part of the build.
 */

const COMMON = `
import sys
sys.path[:] = [path for path in sys.path if path]
import os, json, struct, threading
threading.stack_size(256 * 1024)

def read_exactly(n, channel):
    parts = []
    while n > 0:
        part = os.read(channel, min(n, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        n -= len(part)
    return b"".join(parts)

def read_frame(channel=0):
    return json.loads(read_exactly(struct.unpack(">I", read_exactly(4, channel))[0], channel))

def write_frame(value):
    data = json.dumps(value).encode()
    data = struct.pack(">I", len(data)) + data
    while data:
        data = data[os.write(3, data):]

def describe(error):
    try:
        return (type(error).__name__ + ": " + str(error))[:2000]
    except BaseException:
        return type(error).__name__

def limit_memory(mebibytes):
    # Limits private memory above the interpreter's current size; the container counts forks.
    import resource
    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    limit = used * 1024 + mebibytes * 1024 * 1024
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

def limit_recursion():
    # Deep recursion must raise a RecursionError, not crash the interpreter.
    real = sys.setrecursionlimit
    def setrecursionlimit(limit):
        real(min(limit, 20000))
    sys.setrecursionlimit = setrecursionlimit
`;

export const PYTHON_CANDIDATE = `${COMMON}
from decimal import Decimal
class Bad(Exception):
    pass

def check(value, path, depth=0):
    kind = type(value)
    if depth > 201:
        raise Bad("nested deeper than 200")
    if value is None or kind is bool or kind is str:
        return
    if kind is int:
        # A JSON number is a double: the integer must equal its value or its shortest decimal form.
        try:
            exact = int(float(value)) == value or int(Decimal(repr(float(value)))) == value
        except OverflowError:
            exact = False
        if not exact:
            raise Bad("the result" + path + " is an integer that a JSON number cannot represent exactly")
    elif kind is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise Bad("the result" + path + " is " + repr(value) + ", which is not a JSON number")
    elif kind is list or kind is tuple:
        for i, item in enumerate(value):
            check(item, path + "[" + str(i) + "]", depth + 1)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise Bad("the result" + path + " has a key that is not a string")
            check(item, path + "." + key, depth + 1)
    else:
        hint = " (a coroutine must be awaited inside)" if hasattr(value, "__await__") else ""
        raise Bad("the result" + path + " is a " + kind.__name__ + ", which is not a JSON value" + hint)

def encode(value, limit, dumps=json.dumps):
    try:
        check(value, "")
        text = dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        size = len(text.encode())
    except UnicodeEncodeError:
        return {"kind": "bad-output", "reason": "a string with half a surrogate pair"}
    except Bad as error:
        return {"kind": "bad-output", "reason": str(error)[:2000]}
    except (ValueError, RecursionError) as error:
        return {"kind": "bad-output", "reason": "the result contains itself or is nested too deeply"}
    if size > limit:
        return {"kind": "bad-output", "reason": "the output is larger than %d bytes" % limit}
    return {"kind": "result", "text": text}

def main():
    import random
    write_frame({"kind": "ready"})
    job = read_frame()
    channel = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    random.seed(job["seed"])
    limit_recursion()
    limit_memory(job["memoryMiB"])
    scope = {"__name__": "program", "__builtins__": __builtins__}
    out, take, call_text, loads = write_frame, read_frame, encode, json.loads
    try:
        code = compile(job["source"], "program.py", "exec", dont_inherit=True)
    except MemoryError:
        return out({"kind": "out-of-memory"})
    except (SyntaxError, ValueError, RecursionError, OverflowError) as error:
        return out({"kind": "refused", "reason": describe(error)})
    try:
        exec(code, scope)
    except MemoryError:
        return out({"kind": "out-of-memory"})
    except BaseException as error:
        # An error before the first call counts for every input.
        for _ in range(job["count"]):
            out({"kind": "threw", "message": describe(error)})
        return out({"kind": "done"})
    entry = scope.get(job["entry"])
    if not callable(entry):
        return out({"kind": "refused", "reason": "the program defines no function named " + job["entry"]})
    limit = job["outputBytes"]
    for _ in range(job["count"]):
        # Each input is sent after the previous answer, so that the program cannot look ahead.
        out({"kind": "next"})
        text = take(channel)
        try:
            answer = call_text(entry(*loads(text)), limit)
        except MemoryError:
            return out({"kind": "out-of-memory"})
        except BaseException as error:
            answer = {"kind": "threw", "message": describe(error)}
        out(answer)
    out({"kind": "done"})

main()
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
`;

export const PYTHON_CELLS = `${COMMON}
import ast

def run(source, scope):
    tree = ast.parse(source, "cell.py")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "cell.py", "exec"), scope)
    return None if last is None else eval(compile(last, "cell.py", "eval"), scope)

def main():
    scope = {"__name__": "__main__", "__builtins__": __builtins__}
    limit_recursion()
    channel = os.dup(0)
    write_frame({"kind": "ready"})
    first = True
    while True:
        cell = read_frame()
        if first:
            limit_memory(cell["memoryMiB"])
            first = False
        try:
            value = run(cell["source"], scope)
            try:
                text = json.dumps(value, allow_nan=False)
            except (TypeError, ValueError, RecursionError):
                text = json.dumps(repr(value))
            answer = {"kind": "result", "text": text}
        except MemoryError:
            answer = {"kind": "threw", "message": "MemoryError: above the session's memory limit"}
        except BaseException as error:
            answer = {"kind": "threw", "message": describe(error)}
        sys.stdout.flush()
        sys.stderr.flush()
        write_frame(answer)

main()
`;
