import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** A number of a table: nought stands back, unknown is a dash. */
export function Count({ value }: { value: number | null | undefined }) {
  const language = useLanguage()
  if (value === null || value === undefined) return <span className="zero">—</span>
  if (value === 0) return <span className="zero">0</span>
  return <>{formatNumber(value, language)}</>
}
