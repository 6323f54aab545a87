import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ERRORS } from '@mulu/registry-core'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ERROR_ROW = /^\| `(MULU_[A-Z_]+)` \| (\d{3}) \| (.+?) \| .+ \|$/gm
/** What stands in backticks and looks like a path inside the repository. */
const PATH = /`([\w.-]+(?:\/[\w.-]+)+\/?|[\w-]+\.(?:md|json|ts))`/g

describe('the documents', () => {
  it('[DC1] lists every error code with its status and no other', async () => {
    const text = await readFile(join(ROOT, 'docs/errors.md'), 'utf8')
    const listed = [...text.matchAll(ERROR_ROW)].map(([, code, status, message]) => [
      code,
      Number(status),
      message,
    ])
    const known = Object.entries(ERRORS).map(([code, error]) => [code, error.status, error.message])
    expect(listed).to.deep.equal(known)
  })

  it('[DC2] names only files that exist when it tells where things are', async () => {
    const text = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8')
    const named = [...text.matchAll(PATH)].flatMap(([, path]) => path ?? [])
    expect(named).to.not.be.empty
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([])
  })
})
