/** Asks before a page with unsaved work is left: by a link, by the back button, or by closing the tab. */
import { ElMessageBox } from 'element-plus/es/components/message-box/index'
import 'element-plus/es/components/message-box/style/css'
import { onBeforeUnmount, onMounted } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

export async function mayDiscard(): Promise<boolean> {
  const words = { confirmButtonText: '放弃修改', cancelButtonText: '继续编辑', type: 'warning' as const }
  return ElMessageBox.confirm('尚未保存的修改将会丢失。', '离开此页？', words).then(
    () => true,
    () => false,
  )
}

export function useLeaveGuard(isDirty: () => boolean): void {
  const closing = (event: BeforeUnloadEvent): void => {
    if (isDirty()) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', closing))
  onBeforeUnmount(() => window.removeEventListener('beforeunload', closing))
  onBeforeRouteLeave(() => !isDirty() || mayDiscard())
}
