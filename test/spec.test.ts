import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = [
  'packages/registry-core/test',
  'packages/node/test',
  'packages/admin-ui/test',
  'test',
]

describe('SPEC.md', () => {
  it('[SP1] has a test for every rule and a rule for every test', async () => {
    const spec = await readFile(join(ROOT, 'SPEC.md'), 'utf8')
    const rules = [...spec.matchAll(/^- \*\*([A-Z]+[0-9]+)\*\* /gm)].map(([, id]) => id)
    expect(new Set(rules).size).to.equal(rules.length)
    const tested = new Set<string>()
    const untitled: string[] = []
    for (const file of await testFiles()) {
      const text = await readFile(file, 'utf8')
      for (const [, title = ''] of text.matchAll(/\bit\(\s*['"`]([^\n]*)/g)) {
        const id = /^\[([A-Z]+[0-9]+)\] /.exec(title)?.[1]
        if (id === undefined) untitled.push(`${file}: ${title}`)
        else tested.add(id)
      }
    }
    expect(untitled).to.deep.equal([])
    expect([...tested].sort()).to.deep.equal([...rules].sort())
  })
})

async function testFiles(): Promise<readonly string[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(ROOT, folder), { recursive: true })
      return names
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => join(ROOT, folder, name))
    }),
  )
  return lists.flat()
}
