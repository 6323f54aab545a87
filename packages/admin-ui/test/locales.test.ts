import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { chooseLanguage } from '../src/language.ts'
import { en } from '../src/locales/en.ts'
import { zhCn } from '../src/locales/zh-cn.ts'

const SOURCE = join(import.meta.dirname, '../src')
const PLURAL = /_(one|other)$/

function baseKeys(resource: object): readonly string[] {
  return [...new Set(Object.keys(resource).map((key) => key.replace(PLURAL, '')))].sort()
}

function placeholders(text: string): readonly string[] {
  return [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort()
}

function sourceText(): string {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('locales'))
    .map((name) => readFileSync(join(SOURCE, name), 'utf8'))
    .join('\n')
}

describe('the two languages', () => {
  it('[UI4] have the same keys', () => {
    expect(baseKeys(zhCn)).to.deep.equal(baseKeys(en))
  })

  it('[UI4] have both plural forms in English and one in Chinese', () => {
    const plural = Object.keys(en).filter((key) => key.endsWith('_one'))
    for (const key of plural) expect(en).to.have.property(key.replace(PLURAL, '_other'))
    expect(Object.keys(zhCn).filter((key) => key.endsWith('_one'))).to.deep.equal([])
  })

  it('[UI4] name nothing in Chinese that English does not give', () => {
    for (const [key, text] of Object.entries(zhCn)) {
      const english = Object.entries(en).find(([name]) => name === key)?.[1] ?? ''
      const known = [...placeholders(english), '{{count}}']
      for (const name of placeholders(text)) {
        // Chinese may count in formatted digits or by the total where English says “more”.
        if (!['{{number}}', '{{total}}'].includes(name)) expect(known, key).to.include(name)
      }
    }
  })

  it('[UI4] use every key', () => {
    const source = sourceText()
    const unused = baseKeys(en).filter((key) => !source.includes(`'${key}'`))
    expect(unused).to.deep.equal([])
  })

  it('[UI4] keep full-width punctuation in Chinese', () => {
    for (const [key, text] of Object.entries(zhCn)) {
      expect(text, key).not.to.match(/\p{Script=Han}[,;:?!]/u)
    }
  })

  it('[UI5] are chosen by the reader first and by the browser else', () => {
    expect(chooseLanguage('en', ['zh-CN'])).to.equal('en')
    expect(chooseLanguage(null, ['zh-TW', 'en'])).to.equal('zh-CN')
    expect(chooseLanguage(null, ['fr', 'zh'])).to.equal('zh-CN')
    expect(chooseLanguage('xx', ['fr'])).to.equal('en')
  })
})
