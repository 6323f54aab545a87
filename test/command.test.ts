import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const COMMAND = join(ROOT, 'packages/node/bin/mulu.js')
const run = promisify(execFile)

describe('The command', () => {
  it('[E56] is what `npx mulu` runs in the folder of the project', async () => {
    const { stdout } = await run('npx', ['--no', 'mulu', '--version'], { cwd: ROOT, shell: true })
    expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  it('[E56] says what to do where nothing is built yet', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mulu-command-'))
    try {
      const copy = join(dir, 'bin/mulu.mjs')
      await mkdir(join(dir, 'bin'))
      await copyFile(COMMAND, copy)
      const failed = await run(process.execPath, [copy]).catch((error: unknown) => error)
      expect(failed).to.include({
        code: 1,
        stderr: 'Mulu is not built yet: run `npm run build` first.\n',
      })
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
