from . import program, plain
def run(body, channel):
    try: space = program.load(body["program"])
    except SyntaxError as e: return channel.end("syntax", str(e))
    except BaseException as e: return channel.end(program.reason_of(e), repr(e))
    for entry,args,kw in body["calls"]:
        try: v = eval(entry, space)(*args,**kw)
        except BaseException as e: channel.write(("raised",)+program.describe(e)); continue
        try: channel.write(("returned", v))
        except plain.NotPlain as e: channel.write(("not-plain", str(e)))
    channel.end("passed")
