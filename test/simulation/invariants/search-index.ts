/** Lists and searches show the records as they are: no entry missing, left over or out of date. */
import type { Item, Registry, View } from '../../../packages/registry-core/src/index.ts'
import type { Invariant } from './invariant.ts'

export const searchIndex: Invariant = {
  name: 'index',
  check: async ({ members }) => {
    for (const [at, { registry, identity }] of members.entries()) {
      // Searching for every word at every node would cost more than all other checks together.
      const isAsked = (word: number): boolean => word % members.length === at
      const difference = registry && (await compareIndex(registry, isAsked))
      if (difference !== undefined) return `${identity.name} ${difference}`
    }
    return undefined
  },
}

async function compareIndex(
  registry: Registry,
  isAsked: (word: number) => boolean,
): Promise<string | undefined> {
  const views: View[] = []
  for await (const view of registry.catalogue.views()) views.push(view)
  const { items, total } = await registry.catalogue.query({ limit: 100 })
  const listed = items.map(itemText).sort().join('\n')
  const wanted = views.map(viewText).sort().join('\n')
  if (listed !== wanted) return `lists\n${listed}\nand not\n${wanted}`
  if (total !== views.length) return `counts ${total} records instead of ${views.length}`
  const titles = views.flatMap(({ fields }) => fields['title/en'] ?? []).map(String)
  // What is between words means nothing to a search: a damaged title may be `-0`.
  const words = new Set(titles.filter((title) => /^[\p{L}\p{N} ]+$/u.test(title)))
  for (const word of [...words].filter((_, at) => isAsked(at))) {
    const found = await registry.catalogue.query({ q: word, limit: 100 })
    const difference = compareFound(word, found.items, views)
    if (difference !== undefined) return difference
  }
  return undefined
}

/** Every record with the word in its title is found, and none that does not have it anywhere. */
function compareFound(
  word: string,
  items: readonly Item[],
  views: readonly View[],
): string | undefined {
  const ids = new Set(items.map(({ id }) => id))
  for (const { id, fields } of views) {
    if (fields['title/en'] === word && !ids.has(id)) return `does not find ${id} by ${word}`
    const isAnywhere = Object.values(fields).some((value) => String(value).includes(word))
    if (ids.has(id) && !isAnywhere) return `finds ${id} by ${word}, which it no longer has`
  }
  return undefined
}

function itemText(item: Item): string {
  const { id, title, conflicts, problems, updatedMs } = item
  return `${id} ${title['en'] ?? ''} ${conflicts} ${problems} ${updatedMs}`
}

function viewText({ id, fields, conflicts, problems, updatedMs }: View): string {
  const title = fields['title/en'] ?? ''
  return `${id} ${title} ${conflicts.length} ${problems.length} ${updatedMs}`
}
