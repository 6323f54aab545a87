import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** Names the page in the browser's tab, its own name first. */
export function usePageTitle(title: string): void {
  const { t } = useTranslation()
  const brand = t('brand')
  useEffect(() => {
    document.title = title === '' ? brand : `${title} · ${brand}`
  }, [title, brand])
}
