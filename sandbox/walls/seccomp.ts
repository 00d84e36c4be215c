/**
 * A system-call filter for interpreters that can make any system call (Python, and programs started
 * by a shell). It is a deny list in addition to the other layers. It denies uncounted memory (memfd,
 * System V shared memory), state that remains after a run (kernel keyrings), access to the outside
 * (vsock sockets, new namespaces, mounts, other processes' memory), and kernel interfaces with a long
 * record of vulnerabilities.
 *
 * Node cannot install a filter, so the installing code is Python: `prctl` through ctypes, before the
 * program's first line. A filter cannot be removed, and children inherit it.
 *
 * Source: Linux, Documentation/userspace-api/seccomp_filter.rst; numbers from asm/unistd_64.h (x86-64)
 * and asm-generic/unistd.h (arm64).
 */

/** Call -> its number on x86-64 and on arm64; a single number if both are equal. */
const DENIED: Readonly<Record<string, number | readonly [x64: number, arm64: number]>> = {
  memfd_create: [319, 279],
  memfd_secret: 447,
  shmget: [29, 194],
  semget: [64, 190],
  msgget: [68, 186],
  mq_open: [240, 180],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: 438,
  kcmp: [312, 272],
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  mount_setattr: 442,
  open_by_handle_at: [304, 265],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  vmsplice: [278, 75],
  fanotify_init: [300, 262],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  quotactl: [179, 60],
  syslog: [103, 116],
};

interface Machine {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly at: 0 | 1;
  readonly clone: number;
  readonly socket: number;
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000003e, at: 0, clone: 56, socket: 41 },
  arm64: { audit: 0xc00000b7, at: 1, clone: 220, socket: 198 },
};

/** The x32 interface has other numbers for the same calls, marked by this bit. */
const X32 = 0x40000000;
const CLONE3 = 435;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e020000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: families that the network namespace confines. */
const FAMILIES = [1, 2, 10, 16];
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

// Offsets in struct seccomp_data.
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;

type Instruction = readonly [code: number, yes: number, no: number, value: number];
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const returned = (value: number): Instruction => [0x06, 0, 0, value];
const ALLOW = returned(0x7fff0000);
const refuse = (errno: number): Instruction => returned(0x00050000 | errno);
/** The next instruction runs if the value is equal; otherwise it is skipped. */
const whenEqual = (value: number): Instruction => [0x15, 0, 1, value];
const whenAtLeast = (value: number): Instruction => [0x35, 0, 1, value];
const whenAnyBit = (mask: number): Instruction => [0x45, 0, 1, mask];

export interface FilterShape {
  /** Whether in-memory files (memfd) are allowed, because a control group counts them. */
  readonly memoryFiles: boolean;
  readonly architecture?: string;
}

/**
 * The filter in the kernel's format: struct sock_filter, 8 bytes each.
 *
 * @returns undefined on an architecture with unknown call numbers.
 */
export function syscallFilter({
  memoryFiles,
  architecture = process.arch,
}: FilterShape): Buffer | undefined {
  const machine = MACHINES[architecture];
  if (machine === undefined) return undefined;
  const denied = Object.entries(DENIED)
    .filter(([name]) => !(memoryFiles && name === "memfd_create"))
    .map(([, number]) => (typeof number === "number" ? number : number[machine.at]));
  const socketCheck: Instruction[] = [
    load(FIRST_ARGUMENT),
    ...FAMILIES.flatMap((family) => [whenEqual(family), ALLOW]),
    refuse(EAFNOSUPPORT),
  ];
  const cloneCheck: Instruction[] = [
    load(FIRST_ARGUMENT),
    whenAnyBit(NEW_NAMESPACES),
    refuse(EPERM),
    ALLOW,
  ];
  const program: Instruction[] = [
    load(ARCHITECTURE),
    [0x15, 1, 0, machine.audit],
    refuse(EPERM),
    load(NUMBER),
    ...(architecture === "x64" ? [whenAtLeast(X32), refuse(EPERM)] : []),
    ...denied.flatMap((number) => [whenEqual(number), refuse(EPERM)]),
    // Its flags are in memory, which a filter cannot read; C libraries fall back to `clone`.
    whenEqual(CLONE3),
    refuse(ENOSYS),
    [0x15, 0, cloneCheck.length, machine.clone],
    ...cloneCheck,
    [0x15, 0, socketCheck.length, machine.socket],
    ...socketCheck,
    ALLOW,
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, yes, no, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value, index * 8 + 4);
  }
  return bytes;
}

/**
 * Python code that installs the filter in its own process, or exits with status 126.
 *
 * @returns An empty text if there is no filter for this machine.
 */
export function installFilter(shape: FilterShape): string {
  const filter = syscallFilter(shape);
  if (filter === undefined) return "";
  return `def _install_filter():
    import base64, ctypes, os
    code = base64.b64decode("${filter.toString("base64")}")
    held = ctypes.create_string_buffer(code, len(code))
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    program = Program(len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
        os.write(2, b"the system-call filter cannot be installed\\n")
        os._exit(126)
_install_filter()
del _install_filter
`;
}

/** The command, executed by the process that has installed the filter. */
export function withFilter(
  python: string,
  shape: FilterShape,
  command: readonly string[],
): readonly string[] {
  const start = "import os, sys\nos.execv(sys.argv[1], sys.argv[1:])\n";
  return [python, "-I", "-S", "-B", "-c", `${installFilter(shape)}${start}`, ...command];
}
