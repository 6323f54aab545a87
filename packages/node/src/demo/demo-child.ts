/** A node of the demonstration as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MuluError } from '@mulu/registry-core'
import { readAccessKey } from '../folder/access-key.ts'
import { dataFolder } from '../folder/data-folder.ts'
import type { NodeStatus } from '../status/node-status.ts'
import type { DemoNode } from './demo-plan.ts'

/** Ports of one node. */
export type DemoPorts = { readonly http: number; readonly p2p: number }

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 10_000
const OUTPUT_LINES = 12

/** A running child. */
export class DemoChild {
  readonly node: DemoNode
  readonly url: string
  readonly #child: ChildProcess
  readonly #dir: string
  readonly #output: string[] = []

  private constructor(node: DemoNode, dir: string, ports: DemoPorts, child: ChildProcess) {
    this.node = node
    this.url = `http://127.0.0.1:${ports.http}`
    this.#dir = dir
    this.#child = child
  }

  /** Starts a node and waits until it answers. */
  static async start(
    node: DemoNode,
    dir: string,
    ports: DemoPorts,
    offline: boolean,
  ): Promise<DemoChild> {
    const start = ['start', '--dir', dir, '--port', `${ports.http}`, '--p2p', `${ports.p2p}`]
    const args = [...process.execArgv, MAIN, ...start]
    // The terminal sends Ctrl-C to its whole group; the parent stops the children itself.
    const child = spawn(process.execPath, offline ? [...args, '--offline'] : args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const started = new DemoChild(node, dir, ports, child)
    await started.#ready()
    return started
  }

  /** Resolves once the node has said where it is. */
  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(this.#failure())
      const timer = setTimeout(fail, START_TIMEOUT_MS)
      this.#child.once('exit', fail)
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        stream?.on('data', (data: Buffer) => {
          this.#output.push(...data.toString().trimEnd().split('\n'))
          this.#output.splice(0, this.#output.length - OUTPUT_LINES)
          if (!data.toString().includes('Mulu is at')) return
          clearTimeout(timer)
          this.#child.off('exit', fail)
          resolve()
        })
      }
    })
  }

  #failure(): MuluError {
    const details = {
      node: this.node.id,
      reason: 'The node did not start.',
      output: this.#output,
      log: join(this.#dir, 'log', 'node.log'),
    }
    return new MuluError('MULU_TIMEOUT', { details })
  }

  /** Whether the process is still there. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Its last lines of output, for when it ended by itself. */
  get output(): readonly string[] {
    return this.#output
  }

  /** Calls back when the process ends. */
  onExit(listener: () => void): void {
    this.#child.once('exit', listener)
  }

  /** Its status. */
  async status(): Promise<NodeStatus> {
    return (await this.request('/api/v1/status')) as NodeStatus
  }

  /** Asks the local API with the node's own access key; throws with the problem's code. */
  async request(path: string, init: RequestInit = {}): Promise<unknown> {
    const key = await readAccessKey(dataFolder(this.#dir).accessKey)
    const response = await fetch(new URL(path, this.url), {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
      signal: AbortSignal.timeout(120_000),
    })
    const body = (await response.json()) as Record<string, unknown>
    if (response.ok) return body
    const details = { node: this.node.id, path, answer: body['code'], title: body['title'] }
    throw new MuluError('MULU_INTERNAL', { details })
  }

  /** Stops the node: asks first, then insists. */
  async stop(): Promise<void> {
    if (!this.isRunning) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }
}
