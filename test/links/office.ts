/** A head office and an office behind a line of its own, each a process on a host of its own. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { allCommits, encodeCommit, type SharePart } from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../../packages/node/src/clock.ts'
import { openNode } from '../../packages/node/src/open-node.ts'
import { mulu, NodeProcess } from '../support/mulu.ts'
import { Host, Relay } from './namespaces.ts'

const run = promisify(execFile)
/** What the text of a large record packs to: letters of hex pack to half. */
export const LARGE_BYTES = 8_000
const P2P_PORT = 4_001
const HTTP_PORT = 4_080
const logger = pino({ level: 'silent' })

/** What a line can carry and how long it takes each way. */
export type Line = { readonly kbit: number; readonly delayMs: number }

/** The two of them; nothing runs until `start`. */
export class Offices {
  readonly head: Host
  readonly office: Host
  readonly dirs: readonly [head: string, office: string]
  relay: Relay | undefined
  readonly #running: NodeProcess[] = []
  /** The records that were written so far. */
  readonly #records = new Set<string>()

  private constructor(head: Host, office: Host, dirs: readonly [string, string]) {
    this.head = head
    this.office = office
    this.dirs = dirs
  }

  /** Founds a federation and admits the office; both then stand still. */
  static async found(dir: string): Promise<Offices> {
    const [head, office] = [await Host.add(1), await Host.add(2)]
    const dirs = [join(dir, 'head'), join(dir, 'office')] as const
    const offices = new Offices(head, office, dirs)
    const agency = ['--agency', 'A-1', '--agency-name', 'Agency']
    await done('found', '--dir', dirs[0], '--name', 'Test federation', ...agency)
    const ticket = await done('ticket', '--dir', dirs[0])
    await done('init', '--dir', dirs[1], '--ticket', ticket, ...agency, '--office', 'North')
    await done('admit', '--dir', dirs[0], join(dirs[1], 'join-request.json'))
    const status = JSON.parse(await done('status', '--dir', dirs[0], '--json')) as {
      readonly writer: { readonly peer: string }
    }
    const path = join(dirs[1], 'config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as object
    const address = `/ip4/${office.middle}/tcp/${P2P_PORT}/p2p/${status.writer.peer}`
    await writeFile(path, JSON.stringify({ ...config, addresses: [address] }))
    return offices
  }

  /** Lays the line and starts both. */
  async start({ kbit, delayMs }: Line): Promise<void> {
    await this.office.setRate(kbit)
    this.relay = await Relay.open(this.office.middle, this.head.address, P2P_PORT, delayMs)
    for (const [i, host] of [this.head, this.office].entries()) {
      const before = ['ip', 'netns', 'exec', host.name]
      const at = ['--p2p-host', host.address]
      const dir = this.dirs[i] ?? ''
      this.#running.push(await NodeProcess.startIn(before, dir, HTTP_PORT, P2P_PORT, ...at))
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((node) => node.stop()))
    await this.relay?.close()
    this.relay = undefined
  }

  async remove(): Promise<void> {
    await this.stop()
    await Promise.all([this.head.remove(), this.office.remove()])
  }

  /** Writes into the head office's own folder, one commit for each change, while it stands still. */
  async write(changes: number, records: number, run_: string): Promise<void> {
    const node = await openNode(this.dirs[0], systemClock, logger)
    try {
      for (let i = 0; i < changes; i++) {
        const rec = `resource/r${i % records}`
        const set = {
          'title/en': `Register of water levels ${i % records}, state ${run_} ${i}`,
          'title/zh-Hans': `水位登记 ${i % records} 号`,
          'description/en': `Measured at the gauge ${i} and published within the hour by the office.`,
          modified: `2026-10-${String(1 + (i % 28)).padStart(2, '0')}`,
        }
        const { registry } = node.context.store
        await registry.write({ ns: 1, aud: 1, actor: 'test', changes: [{ rec, set }] })
        this.#records.add(rec)
      }
    } finally {
      await node.close()
    }
  }

  /** Writes one commit of as many records as do not pack below a number of bytes. */
  async writeLarge(records: number): Promise<void> {
    const node = await openNode(this.dirs[0], systemClock, logger)
    try {
      const changes = Array.from({ length: records }, (_, i) => {
        const text = randomBytes(LARGE_BYTES).toString('hex')
        return { rec: `resource/large${i}`, set: { 'title/en': `Large ${i}`, 'rights/en': text } }
      })
      await node.context.store.registry.write({ ns: 1, aud: 1, actor: 'test', changes })
      for (const { rec } of changes) this.#records.add(rec)
    } finally {
      await node.close()
    }
  }

  /** Bytes of the head office's commits from a position on, packed in one piece. */
  async packedBytes(from: number): Promise<number> {
    const node = await openNode(this.dirs[0], systemClock, logger)
    try {
      const commits: Uint8Array[] = []
      for await (const commit of allCommits(node.context.store.registry)) {
        commits.push(encodeCommit(commit))
      }
      return (await promisify(gzip)(Buffer.concat(commits.slice(from)))).length
    } finally {
      await node.close()
    }
  }

  /** How much the office says is here, asked on its own host. */
  async share(): Promise<{ readonly state: string; readonly rest: SharePart | null }> {
    const script = `
      const s = await fetch('http://127.0.0.1:${HTTP_PORT}/api/v1/status').then((r) => r.json())
      console.log(JSON.stringify(s.asOf.share))`
    const args = ['netns', 'exec', this.office.name, process.execPath]
    return JSON.parse((await run('ip', [...args, '--input-type=module', '--eval', script])).stdout)
  }

  /** Asks the office on its own host, so that nothing of it goes over the line, until it is level. */
  async untilLevel(deadlineMs: number): Promise<number> {
    const script = `
      const end = Date.now() + ${deadlineMs}, begun = Date.now()
      for (;;) {
        const s = await fetch('http://127.0.0.1:${HTTP_PORT}/api/v1/status').then((r) => r.json())
        const peers = s.peers.filter((p) => !p.self)
        const level = peers.length > 0 && peers.every((p) => p.reported?.digest === s.catalogue.digest)
        if (level && s.catalogue.records === ${this.#records.size}) break
        if (Date.now() > end) { console.error(JSON.stringify([s.catalogue, s.heads, peers])); process.exit(1) }
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
      console.log(Date.now() - begun)`
    const args = ['netns', 'exec', this.office.name, process.execPath]
    const { stdout } = await run('ip', [...args, '--input-type=module', '--eval', script])
    return Number(stdout)
  }
}

async function done(...args: readonly string[]): Promise<string> {
  const ran = await mulu(...args)
  if (ran.status !== 0) throw new Error(`mulu ${args.join(' ')}: ${ran.status}\n${ran.stderr}`)
  return ran.stdout.trim()
}
