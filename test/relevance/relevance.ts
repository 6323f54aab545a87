/**
 * Prints how well the catalogue answers the judged queries: nDCG@10 a query, then the mean of each
 * language. `npm run relevance` for all, `npm run relevance -- WORD` for the queries that have the
 * word, with their first results and the grades of those.
 */
import { readJudgedQueries } from './judged-queries.ts'
import { type Measured, meanScore, measure } from './measure.ts'
import { openSampleCatalogue } from './sample-catalogue.ts'

const [word] = process.argv.slice(2)
const queries = readJudgedQueries().filter(({ q }) => word === undefined || q.includes(word))
if (queries.length === 0) {
  process.stderr.write(`No judged query has “${word}”.\n`)
  process.exit(2)
}
const measured = await measure(await openSampleCatalogue(), queries)
for (const one of measured) {
  print(`${one.score.toFixed(3)}  ${one.query.language}  ${one.query.q}  (${one.total} found)`)
  if (word !== undefined) printFirst(one)
}
for (const language of ['en', 'zh'] as const) {
  const count = queries.filter((query) => query.language === language).length
  if (count > 0) print(`${meanScore(measured, language).toFixed(3)}  ${language}  mean of ${count}`)
}

function printFirst({ query, first }: Measured): void {
  print(`       ${query.wants}`)
  for (const { grade, title } of first) print(`       ${grade}  ${title}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
