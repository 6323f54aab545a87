import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Notice } from '../parts/notice.tsx'

/** Says that the results are those of a day in the past, and leads back to now. */
export function PastSearch({ day, onNow }: { day: string; onNow: () => void }) {
  const { t } = useTranslation()
  return (
    <Notice state="info">
      <p>{t('past.searched', { day })}</p>
      <div className="btns">
        <Button className="btn btn-small" onPress={onNow}>
          {t('past.searchNow')}
        </Button>
      </div>
    </Notice>
  )
}
