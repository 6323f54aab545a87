import type { Rot, Status } from '../api.ts'
import { formatList } from '../format.ts'
import type { Language } from '../language.ts'
import type { Need, Translate } from './need.ts'

const NAMED_MAX = 3
/** For so long after it was mended, rot still says that the disk is to be replaced. */
const REMEMBERED_MS = 30 * 86_400_000

/** What has rotted in this node's own store. */
export function rotNeeds(status: Status, t: Translate, language: Language): readonly Need[] {
  const { damaged, commits, last } = status.scrub
  if (damaged > 0) {
    const places = commits.slice(0, NAMED_MAX).map((rot) => placeOf(rot, t))
    return [
      {
        id: 'rot',
        state: 'bad',
        title: t('need.rot', { count: damaged }),
        hint: t('need.rotHint', { places: formatList(places, language) }),
      },
    ]
  }
  const found = last === undefined ? 0 : last.found + last.files.length
  if (last === undefined || found === 0) return []
  if (status.nowMs - last.finishedMs > REMEMBERED_MS) return []
  return [
    {
      id: 'rot',
      state: 'warn',
      title: t('need.rotMended', { count: found }),
      hint: t('need.rotMendedHint'),
    },
  ]
}

function placeOf(
  { namespace = 0, writer = 0, position = 0, records = [] }: Rot,
  t: Translate,
): string {
  const [record] = records
  return record === undefined
    ? t('need.rotPlace', { namespace, writer, position })
    : t('need.rotRecord', { writer, position, record })
}
