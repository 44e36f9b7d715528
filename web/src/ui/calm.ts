/** News that come in bursts, told at most once in a while. */
import { onScopeDispose, ref, watch, type Ref, type WatchSource } from 'vue'

/** A number that rises some time after `source` changed, once for all changes in between. */
export function useCalm(source: WatchSource<unknown>, pauseMs: number): Ref<number> {
  const told = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, () => {
    timer ??= setTimeout(() => {
      timer = undefined
      told.value += 1
    }, pauseMs)
  })
  onScopeDispose(() => clearTimeout(timer))
  return told
}
