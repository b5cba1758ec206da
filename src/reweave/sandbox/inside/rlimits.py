import resource
def apply(limits):
    def s(w,v): resource.setrlimit(w,(v,v))
    with open('/proc/self/statm') as f: size=int(f.read().split()[0])*4096
    s(resource.RLIMIT_AS, size+limits['memory']); s(resource.RLIMIT_NPROC,limits['processes']); s(resource.RLIMIT_CPU,limits['cpu'])
    s(resource.RLIMIT_NOFILE,limits['open_files']); s(resource.RLIMIT_FSIZE,limits['file']); s(resource.RLIMIT_CORE,0)
