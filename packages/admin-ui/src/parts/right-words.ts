import { useTranslation } from 'react-i18next'

const RIGHTS = {
  describe: 'right.describe',
  classify: 'right.classify',
  erase: 'right.erase',
} as const

/** Says rights in the reader's language. */
export function useRightWords(): (rights: readonly string[]) => readonly string[] {
  const { t } = useTranslation()
  return (rights) =>
    rights.map((right) => {
      const key = Object.entries(RIGHTS).find(([known]) => known === right)?.[1]
      return key === undefined ? right : t(key)
    })
}
