import { FolderCatalog } from "#local/embedded/folder-catalog.ts";
import { prepareSweep, type SweepTask } from "#shared/app/sweep-job.ts";
import { serveJobs } from "./serve-jobs.ts";

serveJobs((task: SweepTask) => prepareSweep(new FolderCatalog(process.env), task));
