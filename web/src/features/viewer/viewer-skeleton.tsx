import { Skeleton } from "@/components/skeleton";

export function ViewerSkeleton() {
  return (
    <div className="flex flex-1 flex-col" aria-busy>
      <div className="flex items-center gap-3 border-b px-4 py-3">
        <Skeleton className="h-5 w-56" />
        <Skeleton className="ml-auto h-8 w-28" />
      </div>
      <div className="grid flex-1 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-h-64 bg-stage" />
        <div className="grid content-start gap-2 border-l p-3">
          {Array.from({ length: 6 }, (_, index) => (
            <Skeleton key={index} className="h-10" />
          ))}
        </div>
      </div>
      <Skeleton className="h-40 rounded-none" />
    </div>
  );
}
