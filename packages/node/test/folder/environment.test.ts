import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMuluError } from '@mulu/registry-core'
import { expect } from 'chai'
import { readEnvironment } from '../../src/config.ts'
import { parseNames } from '../../src/federation/agency-names.ts'
import { createLogger } from '../../src/logger.ts'
import { Opened } from '../../src/opened.ts'
import { tempDir } from '../test-node.ts'

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'none'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

describe('what a node takes from its surroundings', () => {
  it('[ND21] reads language and log level from the environment and refuses a level there is not', () => {
    const language = (env: NodeJS.ProcessEnv): string => readEnvironment(env).language
    expect(language({ LANG: 'zh_CN.UTF-8' })).to.equal('zh-Hans')
    expect(language({ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_GB.UTF-8' })).to.equal('en')
    expect(language({ LC_ALL: '', LANG: 'zh_CN' })).to.equal('zh-Hans')
    expect(language({})).to.equal('en')
    expect(readEnvironment({ MULU_LOG_LEVEL: 'debug' }).logLevel).to.equal('debug')
    expect(codeOf(() => readEnvironment({ MULU_LOG_LEVEL: 'loud' }))).to.equal('MULU_CONFIG')
  })

  it('[ND22] tells the language of a name by its script or its tag', () => {
    expect(parseNames(['国家中心', 'National Office'])).to.deep.equal({
      'zh-Hans': '国家中心',
      en: 'National Office',
    })
    expect(parseNames(['zh-Hans=Beijing 1', 'en=A=B'])).to.deep.equal({
      'zh-Hans': 'Beijing 1',
      en: 'A=B',
    })
    expect(codeOf(() => parseNames(['One', 'en=Two']))).to.equal('MULU_USAGE')
  })

  it('[ND23] writes nothing into the log that opens a door', async () => {
    const [dir, remove] = await tempDir()
    const file = join(dir, 'log', 'node.log')
    const logger = createLogger({ file }, 'info')
    logger.info({ req: { headers: { authorization: 'Bearer s3cret' } } }, 'a')
    logger.info({ accessKey: 's3cret', node: { privateKey: 's3cret' }, seed: 's3cret' }, 'b')
    const text = await readFile(file, 'utf8')
    expect(text).to.not.include('s3cret')
    expect(text.match(/\[redacted\]/g)).to.have.length(4)
    await remove()
  })

  it('[ND24] closes what was opened in reverse order, all of it, and once', async () => {
    const closed: string[] = []
    const opened = new Opened()
    opened.add(() => void closed.push('first'))
    opened.add(() => Promise.reject(new Error('second does not close')))
    opened.add(async () => void closed.push('third'))
    const failure: unknown = await opened[Symbol.asyncDispose]().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).to.be.instanceOf(AggregateError)
    await opened[Symbol.asyncDispose]()
    expect(closed).to.deep.equal(['third', 'first'])
  })
})
