/** How well the catalogue answers the judged queries. */
import type { Catalogue } from '@mulu/registry-core'
import type { JudgedQuery } from './judged-queries.ts'
import { ndcg } from './ndcg.ts'
import type { SampleCatalogue } from './sample-catalogue.ts'

/** Results that count. */
export const DEPTH = 10

/** One query with what it found. */
export type Measured = {
  readonly query: JudgedQuery
  /** nDCG at 10. */
  readonly score: number
  readonly total: number
  /** The first records, as the catalogue has them. */
  readonly first: readonly { readonly id: string; readonly grade: number; readonly title: string }[]
}

/** Asks every query. Throws when a judged record is not in the samples. */
export async function measure(
  samples: SampleCatalogue,
  queries: readonly JudgedQuery[],
): Promise<readonly Measured[]> {
  return Promise.all(queries.map((query) => measureQuery(samples, query)))
}

/** The mean score of the queries of a language. */
export function meanScore(
  measured: readonly Measured[],
  language: JudgedQuery['language'],
): number {
  const scores = measured.flatMap(({ query, score }) =>
    query.language === language ? [score] : [],
  )
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

async function measureQuery(samples: SampleCatalogue, query: JudgedQuery): Promise<Measured> {
  const grades = gradesOf(samples, query)
  const { total, items } = await ask(samples.catalogue, query.q)
  const first = items.map(({ id, title }) => ({
    id,
    grade: grades.get(id) ?? 0,
    title: Object.values(title)[0] ?? '',
  }))
  const ranking = items.map(({ id }) => id)
  return { query, score: ndcg(ranking, grades, DEPTH), total, first }
}

function ask(catalogue: Catalogue, q: string): ReturnType<Catalogue['query']> {
  return catalogue.query({ q, sort: 'relevance', limit: DEPTH })
}

function gradesOf(samples: SampleCatalogue, query: JudgedQuery): ReadonlyMap<string, number> {
  return new Map(
    query.records.map(({ feed, identifier, grade }) => {
      const id = samples.idOf(feed, identifier)
      if (id === undefined) throw new Error(`${query.q}: no record ${feed} ${identifier}`)
      return [id, grade] as const
    }),
  )
}
