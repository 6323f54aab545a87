import type { RecordView } from '../../api.ts'
import { compareFields, GROUPS, type Group, nameOf } from './field-names.ts'
import type { Row } from './field-row.tsx'

/** All fields, the conflicts whose values were all removed, and what is missing: nothing left out. */
export function rowsOf(record: RecordView): readonly (readonly [Group, readonly Row[]])[] {
  const paths = new Set([
    ...Object.keys(record.fields),
    ...record.conflicts.map((conflict) => conflict.path),
    ...record.problems.map((problem) => problem.path),
  ])
  const rows = [...paths].sort(compareFields).map((path) => ({
    path,
    value: record.fields[path],
    conflict: record.conflicts.find((conflict) => conflict.path === path),
    problem: record.problems.find((problem) => problem.path === path),
  }))
  return GROUPS.map(
    (group) => [group, rows.filter((row) => nameOf(row.path).group === group)] as const,
  ).filter(([, members]) => members.length > 0)
}
