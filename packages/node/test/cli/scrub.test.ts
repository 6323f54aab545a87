import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegistry } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { systemClock } from '../../src/clock.ts'
import { createCrypto } from '../../src/crypto.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { startNode } from '../../src/node.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { PROFILES } from '../../src/store/profiles.ts'
import { foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

describe('mulu scrub', function () {
  this.timeout(30_000)
  let at: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await tempDir()
    at = join(made[0], 'node')
    remove = made[1]
    await foundIn(at)
  })
  afterEach(() => remove())

  /** Flips a bit of the first commit as it is stored. */
  async function rot(): Promise<void> {
    const db = await openDatabase(dataFolder(at).store)
    const registry = await openRegistry({
      ...{ db, crypto: createCrypto(), now: Date.now, profiles: Object.values(PROFILES) },
      randomBytes: (length) => new Uint8Array(length),
    })
    const commits = db.sublevel<string, Uint8Array>('commits', { valueEncoding: 'view' })
    const [[key = '', bytes = new Uint8Array()] = []] = await commits.iterator({ limit: 1 }).all()
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    await commits.put(key, bytes)
    await registry.close()
    await db.close()
  }

  it('[CL25] reads the store through, whether the node runs or not, and ends with 1 while something is damaged', async () => {
    const feed = join(at, '..', 'feed.jsonl')
    const line = { kind: 'resource', local: 'r1', fields: { 'title/en': 'One' } }
    await writeFile(feed, `${JSON.stringify({ id: '1/resource/r1', ...line })}\n`)
    expect((await run('import', '--dir', at, feed)).status).to.equal(0)
    const sound = await run('scrub', '--dir', at)
    expect(sound.status, sound.stderr).to.equal(0)
    expect(sound.stdout).to.match(/read through: 1 commits, 1 records; 0 findings/)
    await rot()
    const found = await run('scrub', '--dir', at)
    expect(found.status).to.equal(1)
    expect(found.stderr).to.include('body: namespace 1, writer 1, position 1, 1/resource/r1')
    expect(found.stdout).to.match(/damaged: 1 commits/)
    const logger = pino({ level: 'silent' })
    const options = { dir: at, port: 0, peerPort: 0, offline: true, mdns: false }
    await using _node = await startNode(options, systemClock, logger)
    const running = await run('scrub', '--dir', at, '--json')
    expect(running.status).to.equal(1)
    expect(JSON.parse(running.stdout)).to.deep.include({ damaged: 1, waiting: 0 })
    const { stdout } = await run('status', '--dir', at)
    expect(stdout).to.match(/DAMAGED 1 commits/)
    expect((await run('verify', '--dir', at)).stderr).to.include('damaged body: commit 1/1/1 1')
  })
})
