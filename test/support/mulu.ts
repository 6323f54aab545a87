/** Runs the built `mulu` command and node processes for tests across packages. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built command. */
export const MAIN: string = fileURLToPath(
  new URL('../../packages/node/dist/main.js', import.meta.url),
)
/** The sample catalogues. */
export const SAMPLES: string = fileURLToPath(new URL('../../samples', import.meta.url))

/** What a command did. */
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** Runs a command to its end. */
export async function mulu(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
  })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status: status ?? -1, stdout, stderr }
}

/** Runs a command and kills it after so many milliseconds; whether it had ended by itself before. */
export async function muluKilled(delayMs: number, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  clearTimeout(timer)
  return signal === null
}

/** Runs a command that has to succeed, and reads its JSON. */
export async function muluJson<T>(...args: readonly string[]): Promise<T> {
  const ran = await mulu(...args, '--json')
  if (ran.status !== 0) throw new Error(`mulu ${args.join(' ')}: ${ran.status}\n${ran.stderr}`)
  return JSON.parse(ran.stdout) as T
}

/** A folder that `remove` takes away again. */
export async function scratch(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'mulu-test-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** Ports nobody uses now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  await Promise.all(
    servers.map(async (server) => {
      server.close()
      await once(server, 'close')
    }),
  )
  return ports
}

/** A record as it is created. */
export type RecordDraft = {
  readonly kind: string
  readonly local: string
  readonly fields: object
}

/** A node process. */
export class NodeProcess {
  readonly dir: string
  readonly url: string
  readonly #child: ChildProcess

  private constructor(dir: string, url: string, child: ChildProcess) {
    this.dir = dir
    this.url = url
    this.#child = child
  }

  /** Starts a node and waits until it says where it is. */
  static async start(
    dir: string,
    port: number,
    p2p: number,
    ...more: readonly string[]
  ): Promise<NodeProcess> {
    return NodeProcess.startIn([], dir, port, p2p, ...more)
  }

  /** Starts a node behind the words of another command, such as one that enters a namespace. */
  static async startIn(
    before: readonly string[],
    dir: string,
    port: number,
    p2p: number,
    ...more: readonly string[]
  ): Promise<NodeProcess> {
    const args = [MAIN, 'start', '--dir', dir, '--port', `${port}`, '--p2p', `${p2p}`, ...more]
    const [command = '', ...rest] = [...before, process.execPath, ...args]
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stderr?.on('data', (data: Buffer) => {
      output += data.toString()
    })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`The node in ${dir} did not start: ${output}`)))
      child.stdout?.on('data', (data: Buffer) => {
        if (data.toString().includes('Mulu is at')) resolve()
      })
    })
    return new NodeProcess(dir, `http://127.0.0.1:${port}`, child)
  }

  /** Starts a node and kills it after so long, wherever it is by then. */
  static async killStarting(
    dir: string,
    port: number,
    p2p: number,
    delayMs: number,
  ): Promise<void> {
    const args = [MAIN, 'start', '--dir', dir, '--port', `${port}`, '--p2p', `${p2p}`]
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    const exited = once(child, 'exit')
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    child.kill('SIGKILL')
    await exited
  }

  /** Ends it as asked, or with SIGKILL at once. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return null
    const exited = once(this.#child, 'exit')
    this.#child.kill(signal)
    const [status] = (await exited) as [number | null]
    return status
  }

  /** Asks its API with its access key. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const key = (await readFile(join(this.dir, 'access-key'), 'utf8')).trim()
    return fetch(new URL(path, this.url), {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    })
  }

  /** The JSON of a path. */
  async get<T>(path: string): Promise<T> {
    return (await (await this.ask(path)).json()) as T
  }

  /** Creates a record; throws unless the node says that it did. */
  async create(record: RecordDraft): Promise<{ readonly id: string; readonly etag: string }> {
    const made = await this.ask('/api/v1/records', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(record),
    })
    const answer = (await made.json()) as { readonly id: string; readonly etag: string }
    if (made.status !== 201) throw new Error(`${made.status} ${JSON.stringify(answer)}`)
    return answer
  }

  /** Changes fields of a record on the version that `etag` names. */
  async patch(id: string, etag: string, body: object, query = ''): Promise<Response> {
    return this.ask(`/api/v1/records/${id}${query}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify(body),
    })
  }
}

const POLL_MS = 100

/** Waits until `read` gives something; fails at the deadline with what was seen last. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T | undefined>,
  deadlineMs = 30_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  let last: unknown
  while (Date.now() < end) {
    try {
      const value = await read()
      if (value !== undefined) return value
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`Not within ${deadlineMs} ms: ${what} ${last === undefined ? '' : String(last)}`)
}

type Status = { readonly catalogue: { readonly digest: string; readonly records: number } }

/** Waits until all nodes have one digest and this many records. */
export async function untilEqual(
  nodes: readonly NodeProcess[],
  records: number,
  deadlineMs = 30_000,
): Promise<string> {
  return eventually(
    `${nodes.length} equal digests over ${records} records`,
    async () => {
      const all = await Promise.all(nodes.map((node) => node.get<Status>('/api/v1/status')))
      const digests = new Set(all.map((status) => status.catalogue.digest))
      const isEqual = digests.size === 1 && all.every((s) => s.catalogue.records === records)
      return isEqual ? all[0]?.catalogue.digest : undefined
    },
    deadlineMs,
  )
}
