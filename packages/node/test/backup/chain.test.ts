import { cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashToText, type Registry } from '@mulu/registry-core'
import { expect } from 'chai'
import { addPart } from '../../src/backup/add-part.ts'
import { type Manifest, parseManifest, sealManifest } from '../../src/backup/manifest.ts'
import { localOperations, type Operations } from '../../src/operations/operations.ts'
import { run } from '../cli/run.ts'
import { FIELDS, foundIn, serveNode, type TestNode, tempDir } from '../test-node.ts'

const NOW = Date.UTC(2026, 10, 29)

async function write(registry: Registry, ...locals: readonly string[]): Promise<void> {
  for (const local of locals) {
    const set = { ...FIELDS, 'title/en': `River ${local}` }
    const changes = [{ rec: `resource/${local}`, set }]
    await registry.write({ ns: 1, aud: local.startsWith('d') ? 0 : 1, actor: 'desk', changes })
  }
}

const digestOf = async ({ context }: TestNode): Promise<string> =>
  hashToText(await context.store.registry.catalogueDigest())

describe('a chain of backups', function () {
  this.timeout(120_000)
  let dir: string
  let remove: () => Promise<void>
  let at: string
  let to: string
  let chain: string
  const digests: string[] = []
  const parts: Manifest[] = []

  before(async () => {
    const made = await tempDir()
    ;[dir, remove] = made
    at = join(dir, 'node')
    to = join(dir, 'backups')
    chain = join(to, 'chain-0001')
    await foundIn(at)
    const served = await serveNode(at)
    const { registry } = served.context.store
    const node = localOperations(served.context)
    for (const locals of [['a', 'b', 'd1'], ['c'], ['a', 'd1']]) {
      await write(registry, ...locals)
      digests.push(await digestOf(served))
      const { part, whole } = await addPart(underLoad(node, registry), { dir: to }, NOW)
      if (part === undefined) throw new Error('nothing was new')
      parts.push(part)
      expect(whole).to.equal(parts.length === 1 ? 'first' : undefined)
    }
    await served.close()
  })
  after(() => remove())

  /** Each chunk of a backup is taken only after one more record was written. */
  function underLoad(node: Operations, registry: Registry): Operations {
    let written = 0
    return {
      ...node,
      backup: async (order) => {
        const made = await node.backup(order)
        const chunks = async function* chunks(): AsyncGenerator<Uint8Array> {
          for await (const chunk of made.chunks) {
            await write(registry, `later${written++}`)
            yield chunk
          }
        }
        return { ...made, chunks: chunks() }
      },
    }
  }

  const restore = (from: string, name: string, ...more: readonly string[]) =>
    run('restore', from, '--dir', join(dir, name), '--json', ...more)

  it('[BK62] carries in each part what is new since the one before, and restores to equal digests', async () => {
    const [first, second, third] = parts
    expect(first?.commits).to.equal(3)
    const later = (second?.commits ?? 0) + (third?.commits ?? 0)
    expect(later).to.be.above(3)
    const whole = await restore(to, 'whole')
    expect(whole.status, whole.stderr).to.equal(0)
    const restored = JSON.parse(whole.stdout)
    expect(restored).to.include({ commits: 3 + later, digest: digests[2], isSame: true })
    const earlier = await restore(chain, 'earlier', '--until', '1')
    expect(JSON.parse(earlier.stdout)).to.include({ commits: 3, digest: digests[0], isSame: true })
    expect((await run('verify', '--dir', join(dir, 'whole'))).status).to.equal(0)
    expect(restored).to.include({ continues: 1 })
  })

  it('[BK63] names the part that is missing, cut, swapped or altered, with a code, and restores none', async () => {
    const [, second, third] = parts.map(({ file }) => file)
    type Breaking = readonly [code: string, what: string, breakIt: (at: string) => Promise<unknown>]
    const alter = async (path: string, from: number): Promise<void> => {
      const bytes = await readFile(path)
      await writeFile(path, bytes.fill((bytes[from] ?? 0) + 1, from, from + 1))
    }
    const breakings: readonly Breaking[] = [
      ['MULU_BACKUP_MISSING', 'part', (d) => rm(join(d, second ?? ''))],
      ['MULU_BACKUP_MISSING', 'manifest', (d) => rm(join(d, 'part-0002.json'))],
      ['MULU_BACKUP_CUT', 'part', (d) => truncate(join(d, second ?? ''), 900)],
      ['MULU_BACKUP_ALTERED', 'opening', (d) => alter(join(d, second ?? ''), 20)],
      ['MULU_BACKUP_ALTERED', 'block', (d) => alter(join(d, second ?? ''), 700)],
      ['MULU_BACKUP_ALTERED', 'manifest', (d) => alter(join(d, 'part-0002.json'), 100)],
      ['MULU_BACKUP_SWAPPED', 'parts', (d) => swap(d, second ?? '', third ?? '')],
      ['MULU_BACKUP_SWAPPED', 'manifests', (d) => swap(d, 'part-0002.json', 'part-0003.json')],
    ]
    for (const [code, what, breakIt] of breakings) {
      const broken = join(dir, 'broken')
      await cp(chain, broken, { recursive: true })
      await breakIt(broken)
      const refused = await restore(broken, 'none')
      expect(refused.status, `${code} ${what}`).to.equal(1)
      expect(refused.stderr, what).to.match(RegExp(`^${code}`, 'm'))
      expect(refused.stderr, what).to.include('part: 2').and.to.include('--until 1')
      expect(await readdir(dir)).to.not.include('none')
      await rm(broken, { recursive: true })
    }
    const broken = join(dir, 'broken')
    await cp(chain, broken, { recursive: true })
    await rm(join(broken, second ?? ''))
    const earlier = await restore(broken, 'until', '--until', '1')
    expect(JSON.parse(earlier.stdout)).to.include({ digest: digests[0] })
    const later = await restore(join(chain, second ?? ''), 'none')
    expect(later.stderr).to.match(/^MULU_BACKUP_MISSING/m)
    const none = await restore(join(dir, 'node'), 'none')
    expect(none.stderr).to.match(/^MULU_BACKUP_NONE/m)
  })

  it('[BK63] takes a part of another chain for what it is', async () => {
    const other = join(dir, 'other')
    const ran = await run('backup', '--dir', at, '--to', other)
    expect(ran.status, ran.stderr).to.equal(0)
    await cp(chain, join(dir, 'mixed'), { recursive: true })
    const text = await readFile(join(other, 'chain-0001', 'part-0001.json'), 'utf8')
    const { sum: _, format: __, ...foreign } = parseManifest(text, 'part-0001.json')
    const posing = sealManifest({ ...foreign, part: 3, predecessor: parts[1]?.sum ?? null })
    await cp(join(other, 'chain-0001', foreign.file), join(dir, 'mixed', foreign.file))
    await writeFile(join(dir, 'mixed', 'part-0003.json'), JSON.stringify(posing))
    const refused = await restore(join(dir, 'mixed'), 'none')
    expect(refused.stderr)
      .to.match(/^MULU_BACKUP_SWAPPED/m)
      .and.to.include('part: 3')
  })
})

async function swap(dir: string, a: string, b: string): Promise<void> {
  await rename(join(dir, a), join(dir, 'aside'))
  await rename(join(dir, b), join(dir, a))
  await rename(join(dir, 'aside'), join(dir, b))
}
