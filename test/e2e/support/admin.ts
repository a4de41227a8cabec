export { Admin } from '../../../scripts/demo/admin.ts';
