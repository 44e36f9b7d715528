/** Ends what people set, once they agreed. */
import { ElMessage, ElMessageBox } from 'element-plus'
import { asProblem } from '@/api/problem'
import { endOverride, type Override } from './modelQueries'

/** Whether it ended. */
export async function askEnd(row: Override): Promise<boolean> {
  const words = { confirmButtonText: '结束设定', cancelButtonText: '取消', type: 'warning' as const }
  const agreed = await ElMessageBox.confirm(`“${row.coefficient_name}”将恢复为模型或上级范围的值。`, '结束人工设定？', words).then(() => true, () => false)
  if (!agreed) return false
  try {
    await endOverride(row.id)
    ElMessage.success('已结束人工设定')
    return true
  } catch (error) {
    ElMessage.error(asProblem(error).message)
    return false
  }
}
