import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { foundIn, tempDir } from '../test-node.ts'
import { run } from './run.ts'

describe('mulu keep', () => {
  let dir: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    ;[dir, remove] = await tempDir()
    await foundIn(join(dir, 'hub'))
  })
  afterEach(() => remove())

  const keepsOf = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(dir, name, 'config.json'), 'utf8')).keeps

  const statusOf = async (name: string) =>
    JSON.parse((await run('status', '--dir', join(dir, name), '--json')).stdout).keeping

  it('[ND60] says in the configuration what is kept, and keeps everything unless told', async () => {
    const hub = join(dir, 'hub')
    expect(await keepsOf('hub')).to.equal(undefined)
    expect(await statusOf('hub')).to.deep.include({ keeps: 'all', lackingRecords: 0 })
    expect((await run('keep', 'live', '--dir', hub)).status).to.equal(0)
    expect(await keepsOf('hub')).to.equal('live')
    expect(await statusOf('hub')).to.deep.include({ keeps: 'live', archives: [] })
    expect((await run('keep', 'all', '--dir', hub)).status).to.equal(0)
    expect(await statusOf('hub')).to.deep.include({ keeps: 'all' })
    expect((await run('keep', 'some', '--dir', hub)).status).to.equal(2)
  })

  it('[ND60] takes from init what a newcomer keeps', async () => {
    const { stdout } = await run('ticket', '--dir', join(dir, 'hub'))
    const who = ['--ticket', stdout.trim(), '--agency', 'B', '--agency-name', 'B']
    const made = await run('init', '--dir', join(dir, 'b'), ...who, '--keeps', 'live')
    expect(made.status, made.stderr).to.equal(0)
    expect(await keepsOf('b')).to.equal('live')
  })
})
