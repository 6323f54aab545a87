/**
 * Terms of texts: what they cost on the write path, and Chinese in pairs of neighbours beside the
 * words of Intl.Segmenter. `npm run bench:text`. The texts are those of samples/ and, for Chinese,
 * the labels of the profile, cut or repeated to 2 kB of UTF-8; the same on every machine.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CN_GOV_PROFILE } from '@mulu/registry-core'
import { analyse, pinyinTerms } from '../packages/registry-core/src/search/text/analyse.ts'
import { parseQuery } from '../packages/registry-core/src/search/text/query.ts'
import { forEachTerm } from '../packages/registry-core/src/search/text/terms.ts'

const SAMPLES = join(import.meta.dirname, '../samples')
const TEXT_BYTES = 2_048
const TEXTS = 400
const ROUNDS = 60

type Dataset = {
  readonly title?: string
  readonly description?: string
  readonly keyword?: readonly string[]
}

const english = await englishTexts()
const chinese = chineseTexts()
const mixed = english.map((text, at) => cut(`${chinese[at]?.slice(0, 200)}\n${text}`))
const titles = allTitles()

line(
  'English, 2 kB',
  timeEach(english, (text) => forEachTerm(text, ignore)),
)
line(
  'mixed, 2 kB',
  timeEach(mixed, (text) => forEachTerm(text, ignore)),
)
line(
  'Chinese, 2 kB',
  timeEach(chinese, (text) => forEachTerm(text, ignore)),
)
line('English, list of tokens', timeEach(english, analyse))
line('Chinese, list of tokens', timeEach(chinese, analyse))
line('pinyin of a title', timeEach(titles, pinyinTerms))
line('a query', timeEach(['water quality', '北京公共数据开放', '"clean water" -river'], ask))
compareWithSegmenter()

function ignore(): void {}

function ask(q: string): unknown {
  return parseQuery(q)
}

type Figures = { readonly median: number; readonly best: number }

/** Microseconds a text, over rounds; the best one is what other work on the machine leaves alone. */
function timeEach(texts: readonly string[], work: (text: string) => unknown): Figures {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    for (const text of texts) work(text)
    return ((performance.now() - start) * 1_000) / texts.length
  })
  const [best = 0] = rounds.sort((a, b) => a - b)
  return { median: rounds[Math.floor(ROUNDS / 2)] ?? 0, best }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function line(name: string, { median, best }: Figures): void {
  const [a, b] = [median, best].map((value) => value.toFixed(1).padStart(8))
  print(`${name.padEnd(28)}${a} µs median ${b} µs best`)
}

/** What each way of cutting Chinese costs, stores, and finds of the words that are in a text. */
function compareWithSegmenter(): void {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  const wordsOf = (text: string): readonly string[] =>
    [...segmenter.segment(text)].flatMap((part) => (part.isWordLike ? [part.segment] : []))
  const pairsOf = (text: string): readonly string[] => analyse(text).map(({ term }) => term)
  line('Chinese, Intl.Segmenter', timeEach(chinese.slice(0, 40), wordsOf))
  const asked = [...Object.values(CN_GOV_PROFILE.vocabularies)]
    .flatMap(({ terms }) => terms.flatMap(({ label }) => wordsOf(label['zh-Hans'])))
    .filter((word) => /^\p{Script=Han}{2,4}$/u.test(word))
  for (const [name, termsOf] of [
    ['pairs', pairsOf],
    ['words', wordsOf],
  ] as const) {
    const stored = titles.concat(chinese).map((text) => new Set(termsOf(text)))
    const postings = stored.reduce((sum, terms) => sum + terms.size, 0) / stored.length
    const distinct = new Set(stored.flatMap((terms) => [...terms])).size
    let present = 0
    let found = 0
    for (const word of new Set(asked)) {
      const wanted = name === 'pairs' ? pairsOf(word).slice(0, -1) : wordsOf(word)
      titles.concat(chinese).forEach((text, at) => {
        if (!text.includes(word)) return
        present += 1
        if (wanted.every((term) => stored[at]?.has(term))) found += 1
      })
    }
    const recall = ((100 * found) / present).toFixed(1)
    print(
      `${name.padEnd(28)}${postings.toFixed(0)} terms a text, ${distinct} distinct, ${recall} % of ${present} found`,
    )
  }
}

async function englishTexts(): Promise<readonly string[]> {
  const feeds = await Promise.all(
    ['energy', 'gsa', 'dol', 'dhs'].map(async (name) => {
      const feed = JSON.parse(await readFile(join(SAMPLES, `dcat-us/${name}.json`), 'utf8'))
      return (feed as { dataset: readonly Dataset[] }).dataset
    }),
  )
  const all = feeds
    .flat()
    .map(({ title = '', description = '', keyword = [] }) =>
      [title, ...keyword, description].join('\n'),
    )
    .join('\n')
  return Array.from({ length: TEXTS }, (_, at) => cut(all.slice(at * 1_500)))
}

/** Labels after each other, with the punctuation of running text. */
function chineseTexts(): readonly string[] {
  const all = allTitles().join('，')
  return Array.from({ length: TEXTS }, (_, at) => cut(rotate(all, at * 37)))
}

function allTitles(): readonly string[] {
  return Array.from({ length: TEXTS }, (_, at) => chineseTitle(at))
}

/** Titles as agencies give them: a place, a theme, what it is. */
function chineseTitle(at: number): string {
  const { regions, themes } = CN_GOV_PROFILE.vocabularies
  const region = regions?.terms[at % (regions?.terms.length ?? 1)]?.label['zh-Hans']
  const theme = themes?.terms[(at * 7) % (themes?.terms.length ?? 1)]?.label['zh-Hans']
  const thing = ['统计数据', '公共数据开放目录', '行政许可信息', '监测站点名录'][at % 4]
  return `${region}${theme}${thing}`
}

function rotate(text: string, by: number): string {
  const at = by % text.length
  return text.slice(at) + text.slice(0, at)
}

/** The longest beginning of a text of at most 2 kB of UTF-8. */
function cut(text: string): string {
  const bytes = Buffer.from(text).subarray(0, TEXT_BYTES)
  return bytes.toString('utf8').replace(/\ufffd+$/, '')
}
