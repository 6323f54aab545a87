/**
 * Hosts on one machine: network namespaces with a cable each to the middle, where relays stand for
 * the lines between them. The kernel bounds a cable's rate (tbf); relays add the delay, and can be
 * cut in one or both directions. Nothing leads from one host to another but a relay.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, Socket } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why this machine allows no hosts of one's own; undefined where it does. */
export async function whyNoHosts(): Promise<string | undefined> {
  const name = `mulu-try-${process.pid}`
  try {
    await run('ip', ['netns', 'add', name])
    await run('ip', ['netns', 'del', name])
    return undefined
  } catch (error) {
    return `network namespaces are not allowed here: ${String(error).split('\n')[0]}`
  }
}

/** One host and its cable. */
export class Host {
  readonly name: string
  /** The host's own address, and that of the middle as the host sees it. */
  readonly address: string
  readonly middle: string
  readonly #cable: string

  private constructor(number: number) {
    this.name = `mulu-${process.pid}-${number}`
    this.#cable = `mu${process.pid % 100_000}x${number}`
    // Of each process its own, so that two may run at once.
    const net = `10.${200 + (process.pid % 50)}.${number}`
    this.address = `${net}.2`
    this.middle = `${net}.1`
  }

  static async add(number: number): Promise<Host> {
    const host = new Host(number)
    const { name, address, middle } = host
    const cable = host.#cable
    await run('ip', ['netns', 'add', name])
    await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name])
    await run('ip', ['addr', 'add', `${middle}/30`, 'dev', cable])
    await run('ip', ['link', 'set', cable, 'up'])
    for (const args of [
      ['addr', 'add', `${address}/30`, 'dev', 'eth0'],
      ['link', 'set', 'eth0', 'up'],
      ['link', 'set', 'lo', 'up'],
    ]) {
      await run('ip', ['-n', name, ...args])
    }
    return host
  }

  /** Bounds what the cable carries, each way; kbit/s. */
  async setRate(kbit: number): Promise<void> {
    const bound = ['root', 'tbf', 'rate', `${kbit}kbit`, 'burst', '16kb', 'limit', '256kb']
    await run('tc', ['qdisc', 'replace', 'dev', this.#cable, ...bound])
    await run('tc', ['-n', this.name, 'qdisc', 'replace', 'dev', 'eth0', ...bound])
  }

  /** Bytes that the cable has carried to the host and from it, headers included. */
  async carried(): Promise<{ readonly toHost: number; readonly fromHost: number }> {
    const read = async (which: string): Promise<number> =>
      Number(await readFile(`/sys/class/net/${this.#cable}/statistics/${which}`, 'utf8'))
    return { toHost: await read('tx_bytes'), fromHost: await read('rx_bytes') }
  }

  async remove(): Promise<void> {
    await run('ip', ['link', 'del', this.#cable]).catch(() => undefined)
    await run('ip', ['netns', 'del', this.name]).catch(() => undefined)
  }
}

/** A line from one host to a port of another. */
export class Relay {
  /** The way of the bytes towards the one who listens, and back. */
  isCutForth = false
  isCutBack = false
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  /** Listens at `from` and passes everything on to `to`, `delayMs` later each way. */
  static async open(from: string, to: string, port: number, delayMs: number): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true })
    server.listen(port, from)
    await once(server, 'listening')
    const relay = new Relay(server, port)
    server.on('connection', (caller) => relay.#join(caller, to, delayMs))
    return relay
  }

  #join(caller: Socket, to: string, delayMs: number): void {
    const called = new Socket({ allowHalfOpen: true })
    called.connect(this.port, to)
    this.#pass(caller, called, delayMs, () => this.isCutForth)
    this.#pass(called, caller, delayMs, () => this.isCutBack)
  }

  /** What goes into a cut line is lost with the connection, as it is when a cable breaks. */
  #pass(from: Socket, to: Socket, delayMs: number, isCut: () => boolean): void {
    this.#sockets.add(from)
    from.on('error', () => to.destroy())
    from.on('close', () => this.#sockets.delete(from))
    from.on('data', (bytes: Buffer) => {
      if (isCut()) return
      setTimeout(() => to.destroyed || to.write(bytes), delayMs)
      if (to.writableLength > BUFFERED_MAX) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.on('end', () => setTimeout(() => to.destroyed || to.end(), delayMs))
  }

  cut(): void {
    this.isCutForth = true
    this.isCutBack = true
  }

  /** Mends the line; connections that lost bytes are over. */
  mend(): void {
    this.isCutForth = false
    this.isCutBack = false
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const BUFFERED_MAX = 65_536
