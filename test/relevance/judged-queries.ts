/** The judged queries of judged-queries.txt, whose first lines say how it is written. */
import { readFileSync } from 'node:fs'

/** A record as the judgements name it: its feed and what the feed calls it. */
export type JudgedRecord = {
  readonly feed: string
  readonly identifier: string
  readonly title: string
  readonly grade: 1 | 2 | 3
}

export type JudgedQuery = {
  readonly language: 'en' | 'zh'
  readonly q: string
  readonly wants: string
  readonly records: readonly JudgedRecord[]
}

const QUERY = /^(en|zh) (.+)$/
const WANTS = /^ {2}= (.+)$/
const RECORD = /^ {2}([123]) (\S+) (.+?) \| (.*)$/

/** Reads the file; throws at a line that is none of its forms. */
export function readJudgedQueries(): readonly JudgedQuery[] {
  const text = readFileSync(new URL('judged-queries.txt', import.meta.url), 'utf8')
  const blocks = text.split(/\n{2,}/).filter((block) => !block.startsWith('#'))
  return blocks.map((block) => {
    const [first = '', second = '', ...rest] = block.trimEnd().split('\n')
    const [, language, q] = parts(QUERY, first)
    const [, wants = ''] = parts(WANTS, second)
    return {
      language: language === 'zh' ? 'zh' : 'en',
      q: q ?? '',
      wants,
      records: rest.map(recordOf),
    }
  })
}

function recordOf(line: string): JudgedRecord {
  const [, grade, feed = '', identifier = '', title = ''] = parts(RECORD, line)
  return { feed, identifier, title, grade: grade === '3' ? 3 : grade === '2' ? 2 : 1 }
}

function parts(form: RegExp, line: string): readonly string[] {
  const found = form.exec(line)
  if (found === null) throw new Error(`judged-queries.txt: not understood: ${line}`)
  return found
}
