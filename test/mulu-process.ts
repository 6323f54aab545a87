/** Real `mulu` processes, as a person would start them, from the built package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../packages/node/dist/main.js', import.meta.url))
const POLL_MS = 50
const START_TIMEOUT_MS = 20_000

/** How a command ended. */
export type Ended = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Every process of a test with its folder, so that none outlives it. */
export class Machine implements AsyncDisposable {
  readonly dir: string
  readonly #children = new Set<ChildProcess>()
  readonly #ports = new Map<string, readonly [http: number, p2p: number]>()

  private constructor(dir: string) {
    this.dir = dir
  }

  static async create(): Promise<Machine> {
    return new Machine(await mkdtemp(join(tmpdir(), 'mulu-e2e-')))
  }

  path(name: string): string {
    return join(this.dir, name)
  }

  /** Runs a command to its end. */
  async run(...args: readonly string[]): Promise<Ended> {
    return this.spawn(args).ended
  }

  /** Starts a command; `text` is what it has printed so far. */
  spawn(args: readonly string[], env: NodeJS.ProcessEnv = {}): Spawned {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.dir,
      env: { ...process.env, LC_ALL: 'en_US.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.add(child)
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => {
      texts.stdout += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      texts.stderr += data.toString()
    })
    const ended = once(child, 'close').then(([status]): Ended => {
      this.#children.delete(child)
      return { status: status as number | null, ...texts }
    })
    return { child, ended, text: () => texts.stdout + texts.stderr }
  }

  /** Runs a command that has to end with 0 and gives what it printed. */
  async ok(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args)
    if (status !== 0) throw new Error(`mulu ${args.join(' ')} ended with ${status}: ${stderr}`)
    return stdout
  }

  /** Starts the node in the folder `name` and waits until it says where it is. */
  async start(name: string, ...options: readonly string[]): Promise<RunningNode> {
    const [http, p2p] = this.#ports.get(name) ?? [await freePort(), await freePort()]
    this.#ports.set(name, [http, p2p])
    const at = ['--dir', this.path(name), '--port', `${http}`, '--p2p', `${p2p}`]
    const spawned = this.spawn(['start', ...at, ...options])
    await until(`${name} to start`, START_TIMEOUT_MS, async () => {
      if (spawned.child.exitCode !== null) throw new Error(`${name} ended: ${spawned.text()}`)
      return spawned.text().includes('Mulu is at')
    })
    const key = (await readFile(join(this.path(name), 'access-key'), 'utf8')).trim()
    return new RunningNode(`http://127.0.0.1:${http}`, key, spawned)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const children = [...this.#children]
    const closed = children.map((child) => once(child, 'close'))
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(closed)
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A command that runs. */
export type Spawned = {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly text: () => string
}

/** A node that runs, and its API. */
export class RunningNode {
  readonly url: string
  readonly #key: string
  readonly #spawned: Spawned

  constructor(url: string, key: string, spawned: Spawned) {
    this.url = url
    this.#key = key
    this.#spawned = spawned
  }

  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#spawned.child.kill(signal)
    return this.#spawned.ended
  }

  /** Asks the API with the node's own key. */
  async ask(path: string, init: RequestInit = {}): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.#key}`, ...init.headers }
    const response = await fetch(`${this.url}/api/v1${path}`, { ...init, headers })
    const body: unknown = await response.json()
    return { status: response.status, body }
  }

  /** Changes a record on the version `etag`. */
  patch(id: string, etag: string, set: object): Promise<Reply> {
    return this.ask(`/records/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify({ set }),
    })
  }

  /** The record as it stands here. */
  async record(id: string): Promise<Reply['body']> {
    return (await this.ask(`/records/${id}`)).body
  }

  async digest(): Promise<string> {
    return (await this.ask('/status')).body.catalogue.digest
  }

  async total(query: string): Promise<number> {
    return (await this.ask(`/records?${query}`)).body.total
  }
}

/** An answer of a node. */
export type Reply = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any
}

/** Waits until something holds; names it when it does not in time. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadlineMs = Date.now() + limitMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited ${limitMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Waits until all nodes show one digest, and gives it. */
export async function untilEqual(
  nodes: readonly RunningNode[],
  limitMs: number = 30_000,
): Promise<string> {
  let digests: readonly string[] = []
  await until('equal digests', limitMs, async () => {
    digests = await Promise.all(nodes.map((node) => node.digest()))
    return new Set(digests).size === 1
  })
  return digests[0] ?? ''
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A DCAT-US feed of `count` small datasets, all changed on `modified`. */
export function feedOf(prefix: string, count: number, modified: string = '2024-01-01'): string {
  const dataset = Array.from({ length: count }, (_, i) => ({
    '@type': 'dcat:Dataset',
    identifier: `${prefix}-${i}`,
    title: `${prefix} dataset ${i}`,
    description: 'Made for a test.',
    accessLevel: 'public',
    modified,
  }))
  return JSON.stringify({ dataset })
}
